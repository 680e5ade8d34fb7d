import type { Catalog } from '../bigquery/catalog';
import { timestampOf } from '../clock';
import type { EmulatorClock } from '../clock';
import { GoogleError } from '../google-error';
import type { Scenario } from '../scenario';
import { hashOf } from '../seeded-random';
import type { BlobStore } from '../storage/blob-store';
import type { Answer } from './answer';
import type { InputSpec, JobSpec, OutputSpec } from './create-request';
import { fileInput } from './file-input';
import { FileOutput } from './file-output';
import { isTerminal } from './job';
import type { Job } from './job';
import { jobFilter } from './job-filter';
import type { JobInput } from './job-input';
import { JobLife } from './job-life';
import type { JobOutput } from './job-output';
import { JobWork } from './job-work';
import { tableInput } from './table-input';
import { TableOutput } from './table-output';

export interface JobsOptions {
  readonly store: BlobStore;
  readonly catalog: Catalog;
  readonly clock: EmulatorClock;
  readonly answer: Answer | undefined;
  readonly seed: number;
  /** The scenario of this moment. */
  readonly scenario: () => Scenario;
}

export interface ListQuery {
  readonly filter: string;
  readonly pageSize: number;
  readonly pageToken: string;
}

export interface JobPage {
  readonly jobs: readonly Job[];
  readonly nextPageToken: string | undefined;
}

/** What a job's input and output depend on beside their URIs. */
interface Place {
  readonly location: string;
  readonly scenario: Scenario;
}

const LARGEST_PAGE = 100;

/** All jobs of the emulated service. */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #jobs: Job[] = [];
  readonly #lives = new Map<string, JobLife>();

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  all(): readonly Job[] {
    return this.#jobs;
  }

  /** Begins a job under `projects/{number}/locations/{location}`. */
  create(parent: string, spec: JobSpec): Job {
    const ordinal = this.#jobs.length;
    const name = `${parent}/batchPredictionJobs/${jobId(ordinal, this.#options.seed)}`;
    const createTime = this.#options.clock.stamp();
    const scenario = this.#options.scenario();
    const { clock, answer, seed } = this.#options;
    const place = { location: parent.slice(parent.lastIndexOf('/') + 1), scenario };
    const input = this.#inputOf(spec.input, place);
    const output = this.#outputOf(spec.output, { ...place, time: outputTime(createTime, ordinal) });
    const context = { model: spec.model, jobName: name, labels: spec.labels, jobIndex: ordinal };
    const work = new JobWork({
      ...{ clock, answer, scenario, input, output, context },
      seed: seed + ordinal,
    });
    const job: Job = {
      ...{ name, parent, ordinal, spec, scenario, work, output, createTime },
      state: 'JOB_STATE_PENDING',
      updateTime: createTime,
      startTime: undefined,
      endTime: undefined,
      error: undefined,
      outputFiles: [],
      deleted: false,
    };
    const life = new JobLife(job, clock);
    this.#jobs.push(job);
    this.#lives.set(name, life);
    life.start();
    return job;
  }

  /** @throws {GoogleError} NOT_FOUND */
  get(name: string): Job {
    const job = this.#jobs.find((candidate) => candidate.name === name);
    if (job === undefined || !this.#exists(job)) {
      throw new GoogleError('NOT_FOUND', `The BatchPredictionJob does not exist: ${name}.`);
    }
    return job;
  }

  /** The newest first. @throws {GoogleError} INVALID_ARGUMENT for a filter or token that cannot be read */
  list(parent: string, query: ListQuery): JobPage {
    const listing = this.#options.scenario().listing ?? {};
    const matches = jobFilter(query.filter, { ignoresLabels: listing.ignoresLabels ?? false });
    const { page, before } = readPageToken(query.pageToken);
    const listedUntil = (this.#options.clock.now() - (listing.lagMs ?? 0)) * 1000;
    const found = this.#jobs.filter(
      (job) =>
        job.parent === parent &&
        job.ordinal < before &&
        this.#exists(job) &&
        isListed(job, listedUntil) &&
        matches(job),
    );
    const size = query.pageSize > 0 ? Math.min(query.pageSize, LARGEST_PAGE) : LARGEST_PAGE;
    const jobs = found.toReversed().slice(0, size);
    const last = jobs.at(-1);
    const more = found.length > jobs.length && last !== undefined;
    return {
      jobs: listing.missingPages?.includes(page) === true ? [] : jobs,
      nextPageToken: more ? pageToken(page + 1, last.ordinal) : undefined,
    };

    function isListed(job: Job, until: number): boolean {
      return (listing.lagMs ?? 0) === 0 || job.createTime <= until;
    }
  }

  /** @throws {GoogleError} FAILED_PRECONDITION when the job has ended */
  cancel(name: string): void {
    const job = this.get(name);
    if (isTerminal(job.state)) {
      throw new GoogleError(
        'FAILED_PRECONDITION',
        `The BatchPredictionJob ${name} is in state ${job.state} and cannot be canceled.`,
      );
    }
    if (job.state !== 'JOB_STATE_CANCELLING') this.#lives.get(name)?.cancel();
  }

  /** @throws {GoogleError} FAILED_PRECONDITION when the job has not ended */
  delete(name: string): void {
    const job = this.get(name);
    if (!isTerminal(job.state)) {
      throw new GoogleError(
        'FAILED_PRECONDITION',
        `The BatchPredictionJob ${name} is in state ${job.state} and cannot be deleted.`,
      );
    }
    job.deleted = true;
  }

  /** Forces the next state of a job, for tests. */
  control(name: string, state: string): void {
    const job = this.#jobs.find((candidate) => candidate.name === name);
    if (job === undefined) throw new Error(`No emulated job is named ${name}`);
    if (isTerminal(job.state)) throw new Error(`${name} has ended as ${job.state} and cannot become ${state}`);
    this.#lives.get(name)?.control(state);
  }

  #inputOf(spec: InputSpec, { location, scenario }: Place): JobInput {
    const { store, catalog } = this.#options;
    if (spec.kind === 'table') return tableInput({ catalog, name: spec.name, location, scenario });
    return fileInput({ store, uris: spec.uris, input: scenario.input ?? {}, echo: scenario.echo ?? {} });
  }

  #outputOf(spec: OutputSpec, { location, scenario, time }: Place & { readonly time: string }): JobOutput {
    const { store, catalog } = this.#options;
    if (spec.kind === 'table') return new TableOutput({ catalog, uri: spec.uri, location, timestamp: time, scenario });
    const directory = `${spec.prefix.replace(/\/$/, '')}/prediction-model-${time}`;
    return new FileOutput(store, directory, scenario.output ?? {});
  }

  #exists(job: Job): boolean {
    const vanishesAfter = job.scenario.vanishAfterMs ?? Number.POSITIVE_INFINITY;
    return !job.deleted && this.#options.clock.now() < job.createTime / 1000 + vanishesAfter;
  }
}

/** A number of up to 19 digits, as the service gives; it says nothing about the order of jobs. */
function jobId(ordinal: number, seed: number): string {
  const high = 1_000_000_000 + (hashOf(`job ${ordinal}`, seed) % 8_000_000_000);
  return `${high}${String(hashOf(`low ${ordinal}`, seed) % 1_000_000_000).padStart(9, '0')}`;
}

/** The time in the output's name is near the job's creation, never equal to it. */
function outputTime(createTime: number, ordinal: number): string {
  return timestampOf(createTime + 1000 + (hashOf(`directory ${ordinal}`) % 900_000));
}

function pageToken(page: number, before: number): string {
  return Buffer.from(JSON.stringify([page, before])).toString('base64url');
}

function readPageToken(token: string): { page: number; before: number } {
  if (token === '') return { page: 1, before: Number.POSITIVE_INFINITY };
  const [page, before] = parsed(Buffer.from(token, 'base64url').toString('utf8'));
  if (typeof page !== 'number' || typeof before !== 'number') {
    throw new GoogleError('INVALID_ARGUMENT', `Invalid page token: ${token}.`);
  }
  return { page, before };
}

function parsed(json: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
