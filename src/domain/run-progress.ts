import type { Attention, BatchPhase, BatchProgress, JobProgress, RowBooks } from '../messages';
import { estimateEndMs, percentDone, type JobCounts } from './job-progress';
import { isTerminal } from './job-state';
import type { JobTimes } from './job-times';

/** A job as the run last saw it. */
export interface TrackedJob extends Mutable<JobTimes> {
  readonly name: string;
  readonly part: number;
  readonly round: number;
  /** Rows that were sent. */
  readonly rows: number;
  state: string;
  /** Milliseconds since the epoch: since when the run knows the state. */
  since: number;
  startedAt: number | null;
  counts: JobCounts | null;
  error: { readonly code: number; readonly message: string } | null;
  outputDirectory: string | null;
  kept: number;
}

type Mutable<Value> = { -readonly [Name in keyof Value]: Value[Name] };

export interface ProgressFacts {
  readonly workflowId: string;
  readonly phase: BatchPhase;
  readonly since: number;
  /** Oldest first. */
  readonly attentions: readonly Attention[];
  readonly inputRows: number | null;
  readonly books: RowBooks | null;
  readonly processed: number;
  readonly rejected: number;
  readonly jobs: readonly TrackedJob[];
  readonly now: number;
  readonly checkedAt: string | null;
  readonly deadline: number | null;
  readonly closed: BatchProgress['closed'];
  readonly request: BatchProgress['request'];
}

export function progressOf(facts: ProgressFacts): BatchProgress {
  const current = facts.jobs.at(-1);
  const counts = sumOfCounts(facts.jobs);
  const end = current === undefined || isTerminal(current.state) ? null : endOf(current, facts.now);
  return {
    workflowId: facts.workflowId,
    phase: facts.phase,
    since: time(facts.since),
    attention: facts.attentions[0] ?? null,
    attentionCount: facts.attentions.length,
    rows: { input: facts.inputRows, succeeded: counts?.succeeded ?? null, failed: counts?.failed ?? null },
    percent: current === undefined ? null : percentDone(current.counts, current.rows),
    books: facts.books,
    handler: { processed: facts.processed, rejected: facts.rejected },
    estimatedEndTime: end === null ? null : time(end),
    jobs: facts.jobs.map((job) => jobProgress(job)),
    jobCount: facts.jobs.length,
    checkedAt: facts.checkedAt,
    nextCheckAt: null,
    deadline: facts.deadline === null ? null : time(facts.deadline),
    ...(facts.closed === undefined ? {} : { closed: facts.closed }),
    ...(facts.request === undefined ? {} : { request: facts.request }),
  };
}

const JOBS_IN_MEMO = 3;
const LONGEST_TEXT = 160;

/** Progress that fits into 2 KB: the last jobs, texts cut. */
export function memoOf(progress: BatchProgress): BatchProgress {
  return {
    ...progress,
    attention: progress.attention === null ? null : { ...progress.attention, message: cut(progress.attention.message) },
    jobs: progress.jobs.slice(-JOBS_IN_MEMO).map((job) => ({
      ...job,
      error: job.error === null ? null : { ...job.error, message: cut(job.error.message, 100) },
    })),
    ...(progress.closed === undefined
      ? {}
      : {
          closed: {
            ...progress.closed,
            reason:
              progress.closed.reason === null
                ? null
                : { ...progress.closed.reason, message: cut(progress.closed.reason.message) },
          },
        }),
  };
}

/** Page of a job in the Google Cloud console. */
export function consoleUrl(name: string): string {
  const [, project = '', , location = '', , id = ''] = name.split('/');
  return `https://console.cloud.google.com/vertex-ai/locations/${location}/batch-predictions/${id}?project=${project}`;
}

function jobProgress(job: TrackedJob): JobProgress {
  return {
    name: job.name,
    state: job.state,
    since: time(job.since),
    part: job.part,
    round: job.round,
    kept: job.kept,
    error: job.error,
    consoleUrl: consoleUrl(job.name),
  };
}

function sumOfCounts(jobs: readonly TrackedJob[]): JobCounts | null {
  const counted = jobs.flatMap((job) => (job.counts === null ? [] : [job.counts]));
  if (counted.length === 0) return null;
  return {
    succeeded: counted.reduce((sum, counts) => sum + counts.succeeded, 0),
    failed: counted.at(-1)?.failed ?? 0,
  };
}

function endOf(job: TrackedJob, now: number): number | null {
  return estimateEndMs(job.counts, job.rows, job.startedAt, now);
}

function cut(text: string, length = LONGEST_TEXT): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
