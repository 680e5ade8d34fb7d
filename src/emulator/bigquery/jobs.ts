import type { EmulatorClock } from '../clock';
import { hashOf } from '../seeded-random';
import { alreadyExists, BigQueryError, invalid, notFound, shown, toErrorProto } from './bigquery-error';
import type { ErrorProto } from './bigquery-error';
import type { QueryResult } from './query';

interface JobReference {
  readonly projectId: string;
  readonly jobId: string;
  readonly location: string;
}

/** What a job did. */
export interface JobOutcome {
  /** `{"load": {...}}` or `{"query": {...}}` */
  readonly statistics: Readonly<Record<string, unknown>>;
  /** Rows that were left out, and why. */
  readonly errors: readonly ErrorProto[];
  /** Of a query alone. */
  readonly result?: QueryResult;
}

export interface BigQueryJob {
  readonly reference: JobReference;
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly creationTime: number;
  state: 'RUNNING' | 'DONE';
  endTime: number | undefined;
  errorResult: ErrorProto | undefined;
  outcome: JobOutcome | undefined;
}

export interface JobPlan {
  readonly projectId: string;
  /** @default one that the service makes up */
  readonly jobId: string | undefined;
  readonly location: string;
  readonly configuration: BigQueryJob['configuration'];
  readonly work: () => Promise<JobOutcome>;
}

/** A job whose rows don't fit failed with all that it found. */
export class JobRefusal extends Error {
  readonly errorResult: ErrorProto;
  readonly errors: readonly ErrorProto[];

  constructor(errorResult: ErrorProto, errors: readonly ErrorProto[]) {
    super(errorResult.message);
    this.errorResult = errorResult;
    this.errors = errors;
  }
}

/** Load and query jobs. An id is taken for ever, whatever became of its job. */
export class BigQueryJobs {
  readonly #jobs: BigQueryJob[] = [];
  readonly #clock: EmulatorClock;

  constructor(clock: EmulatorClock) {
    this.#clock = clock;
  }

  /** The newest first. */
  list(projectId: string): readonly BigQueryJob[] {
    return this.#jobs.filter(({ reference }) => reference.projectId === projectId).toReversed();
  }

  /** @throws {BigQueryError} 404 */
  get(projectId: string, jobId: string, location: string | null): BigQueryJob {
    const found = this.list(projectId).find(
      ({ reference }) =>
        reference.jobId === jobId && (location === null || reference.location.toLowerCase() === location.toLowerCase()),
    );
    if (found === undefined)
      throw notFound('Job', location === null ? `${projectId}:${jobId}` : `${projectId}:${location}.${jobId}`);
    return found;
  }

  /** Begins a job that does its work after so many milliseconds. @throws {BigQueryError} 409 for an id that was there before */
  insert(plan: JobPlan, ms: number): BigQueryJob {
    const job = this.#begin(plan);
    this.#clock.schedule(ms, () => this.#run(job, plan.work));
    return job;
  }

  /** Begins a job and waits for its end. @throws {BigQueryError} 409 */
  async finished(plan: JobPlan): Promise<BigQueryJob> {
    const job = this.#begin(plan);
    await this.#run(job, plan.work);
    return job;
  }

  #begin({ projectId, jobId, location, configuration }: JobPlan): BigQueryJob {
    const reference = { projectId, jobId: jobId ?? this.#newId(), location };
    if (this.#jobs.some((job) => isSame(job.reference, reference))) {
      throw alreadyExists('Job', `${projectId}:${location}.${reference.jobId}`);
    }
    const job: BigQueryJob = {
      ...{ reference, configuration, creationTime: this.#clock.now(), state: 'RUNNING' },
      ...{ endTime: undefined, errorResult: undefined, outcome: undefined },
    };
    this.#jobs.push(job);
    return job;
  }

  async #run(job: BigQueryJob, work: JobPlan['work']): Promise<void> {
    try {
      job.outcome = await work();
    } catch (error) {
      const { errorResult, errors } = toRefusal(error);
      job.errorResult = errorResult;
      job.outcome = { statistics: {}, errors };
    }
    job.state = 'DONE';
    job.endTime = this.#clock.now();
  }

  #newId(): string {
    return `job_${hashOf(`bigquery ${this.#jobs.length}`).toString(36)}_${this.#jobs.length}`;
  }
}

/** @throws {BigQueryError} 400 for an id that can't be one */
export function jobIdOf({ jobId }: { readonly jobId?: unknown }): string | undefined {
  if (jobId === undefined) return undefined;
  if (typeof jobId === 'string' && /^[\w-]{1,1024}$/.test(jobId)) return jobId;
  throw invalid(`Invalid job ID "${shown(jobId)}"`);
}

function isSame(one: JobReference, other: JobReference): boolean {
  return one.projectId === other.projectId && one.jobId === other.jobId && one.location === other.location;
}

/** A bug of the emulator's ends the job as an internal error of the service would. */
function toRefusal(error: unknown): JobRefusal {
  if (error instanceof JobRefusal) return error;
  const message = error instanceof Error ? error.message : String(error);
  const proto = error instanceof BigQueryError ? toErrorProto(error) : { reason: 'internalError', message };
  return new JobRefusal(proto, [proto]);
}
