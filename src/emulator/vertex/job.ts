import { timestampOf } from '../clock';
import type { JobError, Scenario } from '../scenario';
import type { JobSpec } from './create-request';
import type { JobOutput } from './job-output';
import type { JobWork } from './job-work';

const TERMINAL = new Set([
  'JOB_STATE_SUCCEEDED',
  'JOB_STATE_FAILED',
  'JOB_STATE_CANCELLED',
  'JOB_STATE_EXPIRED',
  'JOB_STATE_PARTIALLY_SUCCEEDED',
]);

/** `google.cloud.aiplatform.v1.JobState`, in the order of its numbers. */
const STATES = [
  'JOB_STATE_UNSPECIFIED',
  'JOB_STATE_QUEUED',
  'JOB_STATE_PENDING',
  'JOB_STATE_RUNNING',
  'JOB_STATE_SUCCEEDED',
  'JOB_STATE_FAILED',
  'JOB_STATE_CANCELLING',
  'JOB_STATE_CANCELLED',
  'JOB_STATE_PAUSED',
  'JOB_STATE_EXPIRED',
  'JOB_STATE_UPDATING',
  'JOB_STATE_PARTIALLY_SUCCEEDED',
];

export function isTerminal(state: string): boolean {
  return TERMINAL.has(state);
}

/** One job of the emulated service. Times are in microseconds since 1970. */
export interface Job {
  readonly name: string;
  readonly parent: string;
  readonly ordinal: number;
  readonly spec: JobSpec;
  readonly scenario: Scenario;
  readonly work: JobWork;
  readonly output: JobOutput;
  readonly createTime: number;
  state: string;
  updateTime: number;
  startTime: number | undefined;
  endTime: number | undefined;
  error: JobError | undefined;
  outputFiles: readonly string[];
  deleted: boolean;
}

/** A job as its creator and the tests see it. */
export interface EmulatedJob {
  readonly name: string;
  readonly displayName: string;
  readonly model: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: string;
  readonly error: JobError | undefined;
  readonly createTime: string;
  readonly startTime: string | undefined;
  readonly endTime: string | undefined;
  readonly inputUris: readonly string[];
  /** For tables their dataset, `bq://project.dataset`. */
  readonly outputDirectory: string;
  /** URIs, once they are written. */
  readonly outputFiles: readonly string[];
  readonly rows: {
    readonly input: number;
    readonly successful: number;
    readonly failed: number;
    /** Rows that a model ran in this job and that are paid for. */
    readonly billed: number;
  };
  readonly deleted: boolean;
}

export function toEmulatedJob(job: Job): EmulatedJob {
  return {
    name: job.name,
    displayName: job.spec.displayName,
    model: job.spec.model,
    labels: job.spec.labels,
    state: job.state,
    error: job.error,
    createTime: timestampOf(job.createTime),
    startTime: job.startTime === undefined ? undefined : timestampOf(job.startTime),
    endTime: job.endTime === undefined ? undefined : timestampOf(job.endTime),
    inputUris: job.spec.input.kind === 'files' ? job.spec.input.uris : [job.spec.input.uri],
    outputDirectory: job.output.place,
    outputFiles: job.outputFiles,
    rows: job.work.counts,
    deleted: job.deleted,
  };
}

/** The `BatchPredictionJob` resource in protobuf's JSON: int64 as strings, nothing that is empty or zero. */
export function toResource(job: Job, numericEnums: boolean): object {
  return {
    name: job.name,
    ...job.spec.echoed,
    modelVersionId: /@(\d+)$/.exec(job.spec.model)?.[1] ?? '1',
    state: numericEnums ? stateNumber(job.state) : job.state,
    ...(job.error !== undefined && { error: job.error }),
    ...(showsOutputInfo(job) && { outputInfo: job.output.info }),
    ...completionStats(job),
    createTime: timestampOf(job.createTime),
    ...(job.startTime !== undefined && { startTime: timestampOf(job.startTime) }),
    ...(showsEndTime(job) && { endTime: timestampOf(job.endTime ?? 0) }),
    updateTime: timestampOf(job.updateTime),
  };
}

/** A state that the enumeration does not have yet would be its next number. */
function stateNumber(state: string): number {
  const index = STATES.indexOf(state);
  return index === -1 ? STATES.length : index;
}

function showsOutputInfo(job: Job): boolean {
  const appears = job.scenario.output?.infoAppears ?? 'end';
  if (appears === 'created') return true;
  return job.startTime !== undefined && (appears === 'running' || isTerminal(job.state));
}

function showsEndTime(job: Job): boolean {
  if (job.endTime === undefined) return false;
  const unsaid = job.state === 'JOB_STATE_EXPIRED' || job.state === 'JOB_STATE_PARTIALLY_SUCCEEDED';
  return !unsaid || (job.scenario.endTimeAlways ?? true);
}

function completionStats(job: Job): object {
  if (job.startTime === undefined) return {};
  if (!isTerminal(job.state) && job.scenario.liveStats === false) return {};
  const { input, successful, failed } = job.work.counts;
  const counts = { successfulCount: successful, failedCount: failed, incompleteCount: input - successful - failed };
  const given = Object.entries(counts).filter(([, count]) => count > 0);
  return { completionStats: Object.fromEntries(given.map(([name, count]) => [name, String(count)])) };
}
