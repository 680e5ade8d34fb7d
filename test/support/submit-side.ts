import { submitJob } from '../../src/activities/submit-job';
import type { ClaimReference, SubmitJobInput, SubmittedJob } from '../../src/activities/contract';
import { CLAIM_LABEL, claimKey } from '../../src/domain/claim-key';
import { createEmulator, type Emulator, type Scenario } from '../../src/emulator';
import { AccessTokensFixed } from '../../src/gateways/access-tokens-google';
import { MemoryObjectStore } from '../../src/gateways/object-store-memory';
import type { ObjectStore } from '../../src/gateways/object-store';
import type { NewVertexJob, VertexJob, VertexJobs } from '../../src/gateways/vertex-jobs';
import { VertexJobsRest } from '../../src/gateways/vertex-jobs-rest';
import { aRun, anAttempt } from './input-side';

export const A_CLAIM: ClaimReference = { part: 1, round: 1, attempt: 1 };
export const A_KEY = claimKey(aRun().key, A_CLAIM);
const PARENT = { project: 'acme', location: 'us-central1' };

export function aSubmission(input: Partial<SubmitJobInput> = {}): SubmitJobInput {
  return {
    run: aRun(),
    ...PARENT,
    claim: A_CLAIM,
    digest: 'd1',
    model: 'publishers/google/models/gemini-2.5-flash',
    displayName: 'summaries',
    labels: { stage: 'test' },
    inputUris: ['gs://acme/in.jsonl'],
    requestTimeoutMs: 300,
    onlyStanding: false,
    seal: false,
    ...input,
  };
}

/** What a service makes of a create, for fakes that make their jobs themselves. */
export function aCreated(job: NewVertexJob, ordinal: number): VertexJob {
  return {
    name: `projects/1/locations/us-central1/batchPredictionJobs/${ordinal}`,
    displayName: job.displayName,
    model: job.model,
    state: 'JOB_STATE_PENDING',
    error: null,
    counts: null,
    outputDirectory: null,
    labels: job.labels,
    createTime: new Date(ordinal).toISOString(),
    startTime: null,
    endTime: null,
    updateTime: null,
  };
}

/** The emulated service and a bucket, in process; time stands still. */
export class SubmitSide {
  readonly emulator: Emulator;
  readonly store = new MemoryObjectStore();
  readonly jobs: VertexJobs;

  constructor(scenario: Scenario = {}) {
    this.emulator = createEmulator({ clock: 'stepped', scenario });
    this.emulator.blobs.createBucket('acme');
    this.jobs = new VertexJobsRest({
      tokens: new AccessTokensFixed(),
      endpoint: 'http://emulator.test',
      fetch: (request) => this.emulator.fetch(request),
    });
  }

  submit(input: Partial<SubmitJobInput> = {}, store: ObjectStore = this.store): Promise<SubmittedJob> {
    return submitJob({ store, jobs: this.jobs }, aSubmission(input), anAttempt());
  }

  /** A job that somebody made with the label of a claim. */
  createLabelled(key: string = A_KEY, displayName = `summaries ${key}`): Promise<VertexJob> {
    return this.jobs.create(PARENT, {
      displayName,
      model: aSubmission().model,
      inputUris: ['gs://acme/in.jsonl'],
      outputUri: 'gs://acme/elsewhere/',
      labels: key === '' ? {} : { [CLAIM_LABEL]: key },
    });
  }

  /** Creates that reached the service. */
  get posts(): number {
    return this.emulator.calls().filter(({ call }) => call === 'create').length;
  }
}
