import type { Colors } from '../colors';
import type { BatchProgress, JobProgress } from '../../messages';
import { count } from '../../domain/count-text';
import { estimateEndMs } from '../../domain/job-progress';
import { isTerminal, phaseOf, shortState } from '../../domain/job-state';
import { openJobsLast } from '../../domain/run-progress';
import { clockText, durationText } from './quantities';
import { plain } from './plain';
import { barOf, painted, percent, whatFits, type Done } from './progress-bar';

export interface Look {
  readonly now: number;
  readonly columns: number;
  readonly colors: Colors;
}

/** The job that the run waits for, if it waits for one. */
export function waitedJob(progress: BatchProgress): JobProgress | undefined {
  const job = openJobsLast(progress.jobs).at(-1);
  return job !== undefined && progress.phase === 'waiting' && !isTerminal(job.state) ? job : undefined;
}

/** Where the run stands, on one line: what is dropped first where the terminal is narrow comes last. */
export function progressLine(progress: BatchProgress, look: Look): string {
  const job = waitedJob(progress);
  const since = job?.since ?? progress.since;
  const lead = leadOf(since, job === undefined ? progress.phase : shortState(job.state), look.now);
  const done = job === undefined ? handled(progress) : phaseOf(job.state) === 'queued' ? undefined : counted(progress);
  const details = job === undefined ? phaseDetails(progress, look) : jobDetails(progress, job, look);
  const bar = done === undefined ? undefined : barOf(done, look.columns);
  const start = `${lead}${bar === undefined ? '' : `${bar.text}  `}`;
  const line = whatFits(start, details, look.columns);
  return bar === undefined ? line : painted(line, bar, look.colors);
}

/** The same for a stage that is over: how long it was. */
export function pastLine(progress: BatchProgress, { now }: Pick<Look, 'now'>): string {
  const job = waitedJob(progress);
  const since = job?.since ?? progress.since;
  return (
    leadOf(since, job === undefined ? progress.phase : shortState(job.state), now) +
    durationText(now - Date.parse(since))
  );
}

/** A job that has ended, with its share of the rows. */
export function endedJobLine(job: JobProgress, progress: BatchProgress, look: Look): string {
  const lead = leadOf(job.since, shortState(job.state), look.now);
  if (job.error !== null) return `${lead}code ${job.error.code} "${plain(job.error.message)}"`;
  const done = counted(progress);
  return done === undefined ? lead.trimEnd() : `${lead}${count(done.part)} of ${count(done.of)}${failedText(progress)}`;
}

function leadOf(since: string, stage: string, now: number): string {
  return `  ${clockText(since, now, true)}  ${stage.padEnd(10)}  `;
}

function failedText({ rows: { failed } }: BatchProgress): string {
  return failed === null || failed === 0 ? '' : ` · ${count(failed)} failed`;
}

function counted({ rows: { input, succeeded, failed } }: BatchProgress): Done | undefined {
  if (input === null || input === 0 || succeeded === null) return undefined;
  return { part: Math.min(input, succeeded + (failed ?? 0)), of: input };
}

function handled({ phase, books, handler }: BatchProgress): Done | undefined {
  if (phase !== 'processing' || books === null || books.answered === 0) return undefined;
  return { part: Math.min(books.answered, handler.processed + handler.rejected), of: books.answered };
}

function jobDetails(progress: BatchProgress, job: JobProgress, { now }: Look): string[] {
  const done = counted(progress);
  const next = progress.nextCheckAt === null ? [] : [`next look ${clockText(progress.nextCheckAt, now, true)}`];
  const age = durationText(now - Date.parse(job.since));
  if (phaseOf(job.state) === 'queued') return [`queued ${age}`, ...next];
  if (done === undefined) return [age, ...next];
  return [
    `${percent(done)}  ${count(done.part)} of ${count(done.of)}${failedText(progress)}`,
    ...(job.round === 1 ? pace(progress, job, done, now) : []),
    ...next,
  ];
}

function pace({ checkedAt, rows }: BatchProgress, job: JobProgress, done: Done, now: number): string[] {
  const startedMs = Date.parse(job.since);
  const seenMs = checkedAt === null ? now : Date.parse(checkedAt);
  const counts = { succeeded: rows.succeeded ?? 0, failed: rows.failed ?? 0 };
  const endMs = estimateEndMs(counts, done.of, startedMs, seenMs);
  if (endMs === null) return [];
  const rate = (1_000 * done.part) / (seenMs - startedMs);
  return [
    `ends about ${clockText(endMs, now, endMs - now < 600_000)}`,
    `${rate < 10 ? rate.toFixed(1) : count(Math.round(rate))} rows/s`,
  ];
}

function phaseDetails(progress: BatchProgress, { now }: Look): string[] {
  const done = handled(progress);
  const { input } = progress.rows;
  const age = durationText(now - Date.parse(progress.since));
  if (done !== undefined) return [`${percent(done)}  ${count(done.part)} of ${count(done.of)} handled`, age];
  return [...(input === null ? [] : [`${count(input)} rows`]), age];
}
