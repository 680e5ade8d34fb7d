import { consoleUrl } from './console-url';
import type { Attention, BatchPhase, BatchProgress, JobProgress, RowBooks, ValidationCounts } from '../messages';
import { cutText } from './cut-text';
import { estimateEndMs, percentDone, type JobCounts } from './job-progress';
import { isTerminal } from './job-state';
import { isClean } from './validation-counts';
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
  /** null before the plan. */
  readonly validation: ValidationCounts | null;
  readonly processed: number;
  readonly rejected: number;
  readonly cost: BatchProgress['cost'];
  readonly jobs: readonly TrackedJob[];
  /** Parts that have not begun. */
  readonly partsToCome: number;
  readonly now: number;
  readonly checkedAt: string | null;
  readonly deadline: number | null;
  readonly closed: BatchProgress['closed'];
  readonly request: BatchProgress['request'];
}

export function progressOf(facts: ProgressFacts): BatchProgress {
  const counts = sumOfCounts(facts.jobs);
  const latest = latestOfParts(facts.jobs);
  const end = facts.partsToCome > 0 ? null : endOfAll(latest, facts.now);
  return {
    workflowId: facts.workflowId,
    phase: facts.phase,
    since: time(facts.since),
    attention: facts.attentions[0] ?? null,
    attentionCount: facts.attentions.length,
    rows: { input: facts.inputRows, succeeded: counts?.succeeded ?? null, failed: counts?.failed ?? null },
    percent: percentOf(latest, facts),
    books: facts.books,
    ...(facts.validation !== null && !isClean(facts.validation) && { validation: facts.validation }),
    handler: { processed: facts.processed, rejected: facts.rejected },
    ...(facts.cost !== undefined && { cost: facts.cost }),
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

/** The job of each part's last round. */
function latestOfParts(jobs: readonly TrackedJob[]): TrackedJob[] {
  return [...new Map(jobs.map((job) => [job.part, job])).values()];
}

/** Of one job's rows, or, where several share the input, of all that is sent. */
function percentOf(latest: readonly TrackedJob[], { jobs, inputRows, partsToCome }: ProgressFacts): number | null {
  const [first] = latest;
  if (first === undefined) return null;
  if (latest.length === 1 && partsToCome === 0) return percentDone(first.counts, first.rows);
  const counted = latest.filter(({ counts }) => counts !== null);
  if (counted.length === 0) return null;
  const answeredBefore = counted.map(({ part, rows }) => (jobs.find((job) => job.part === part)?.rows ?? rows) - rows);
  const succeeded = answeredBefore.reduce((sum, rows) => sum + rows, 0) + (sumOfCounts(counted)?.succeeded ?? 0);
  return percentDone({ succeeded, failed: sumOfCounts(counted)?.failed ?? 0 }, inputRows);
}

/** When the last of the open jobs will end; null while that can't be said of each. */
function endOfAll(latest: readonly TrackedJob[], now: number): number | null {
  const ends = latest.filter(({ state }) => !isTerminal(state)).map((job) => endOf(job, now));
  if (ends.length === 0) return null;
  return ends.reduce((last, end) => (last === null || end === null ? null : Math.max(last, end)));
}

/** Jobs in their order, those that have not ended last: few of them are shown, and the last ones. */
export function openJobsLast<Job extends { readonly state: string }>(jobs: readonly Job[]): Job[] {
  return [...jobs.filter(({ state }) => isTerminal(state)), ...jobs.filter(({ state }) => !isTerminal(state))];
}

/** Temporal keeps a memo with every change of it; 2 KB is what a run may cost there. */
const MEMO_BYTES = 2_048;

/**
 * What the memo holds, fullest first; an id or a message may be so long that something must go. A message ends with its remedy, which
 * is worth more than an ended job.
 */
const MEMO_SIZES = [
  { jobs: 3, text: 480 },
  { jobs: 2, text: 480 },
  { jobs: 1, text: 480 },
  { jobs: 3, text: 160 },
  { jobs: 2, text: 160 },
  { jobs: 1, text: 160 },
  { jobs: 1, text: 60 },
  { jobs: 1, text: 60, spare: true },
  { jobs: 0, text: 30, spare: true },
] as const satisfies readonly MemoSize[];

interface MemoSize {
  /** The last ones. */
  readonly jobs: number;
  readonly text: number;
  /** Leave out what a reader of the memo knows or can do without: the workflow id, the output's name. */
  readonly spare?: boolean;
}

/** Progress that fits into 2 KB: fewer jobs, shorter texts. */
export function memoOf(progress: BatchProgress): BatchProgress {
  const [fullest] = MEMO_SIZES;
  let memo = shrunk(progress, fullest);
  for (const size of MEMO_SIZES) {
    memo = shrunk(progress, size);
    if (new TextEncoder().encode(JSON.stringify(memo)).length <= MEMO_BYTES) return memo;
  }
  return memo;
}

function shrunk(progress: BatchProgress, { jobs, text, spare = false }: MemoSize): BatchProgress {
  const { attention, closed, request } = progress;
  return {
    ...progress,
    workflowId: spare ? '' : progress.workflowId,
    attention: withMessageCut(attention, text),
    jobs: openJobsLast(progress.jobs)
      .slice(progress.jobs.length - Math.min(jobs, progress.jobs.length))
      .map((job) => ({ ...job, error: withMessageCut(job.error, Math.min(text, 100)) })),
    ...(closed === undefined ? {} : { closed: { ...closed, reason: withMessageCut(closed.reason, text) } }),
    ...(request === undefined ? {} : { request: spare ? { ...request, output: '' } : request }),
  };
}

function withMessageCut<Value extends { readonly message: string }>(value: Value | null, length: number): Value | null {
  return value === null ? null : { ...value, message: cutText(value.message, length) };
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

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
