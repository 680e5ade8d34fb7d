import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { count } from '../domain/count-text';
import { percentDone, progressStep } from '../domain/job-progress';
import { isKnownState } from '../domain/job-state';
import { nextLookMs, type PollingLimits } from '../domain/polling';
import { isGatewayError } from '../gateways/gateway-error';
import type { VertexJob, VertexJobs } from '../gateways/vertex-jobs';
import type { Attempt } from './attempt';
import type { AwaitChangeInput, ObservedJob } from './contract';

/** Detail of the failure that says "unchanged"; a client reads it from the pending activity. */
interface LookDetails {
  readonly state: string;
  readonly counts: { readonly succeeded: number; readonly failed: number } | null;
  readonly checkedAt: string;
  readonly nextCheckAt: string;
}

/** Type of the failure that says "unchanged". */
const WAITING = 'Waiting';

/** Whether an error is not one: the job is unchanged, and the server sleeps until the next look. */
export function isKeptWaiting(error: unknown): boolean {
  return error instanceof ApplicationFailure && error.type === WAITING;
}

const GET_TIMEOUT_MS = 30_000;

/**
 * One look. Returns when the job differs from what the workflow knows; else fails benignly with the delay until the next look,
 * so that the server sleeps and history doesn't grow.
 */
export async function awaitChange(
  { jobs, polling }: { readonly jobs: VertexJobs; readonly polling: PollingLimits },
  input: AwaitChangeInput,
  attempt: Attempt,
): Promise<ObservedJob> {
  const job = await look(jobs, input.job, attempt.signal);
  const checkedAt = new Date(attempt.now());
  if (job === null) return { job, checkedAt: checkedAt.toISOString() };
  if (!isKnownState(job.state))
    attempt.log.warn(`Unknown state ${job.state} counts as still running`, { job: job.name });
  if (input.once === true || input.stuck === true || differs(job, input))
    return { job, checkedAt: checkedAt.toISOString() };
  throw unchanged(job, input.rows, checkedAt, lookDelayMs(input, polling, attempt.now()));
}

/** Delay until the next look at a job of that age. */
export function lookDelayMs(input: AwaitChangeInput, polling: PollingLimits, now: number): number {
  return nextLookMs(now - Date.parse(input.known.since), polling, Math.random());
}

async function look(jobs: VertexJobs, name: string, signal: AbortSignal): Promise<VertexJob | null> {
  try {
    return await jobs.get(name, { signal, timeoutMs: GET_TIMEOUT_MS });
  } catch (error) {
    if (isGatewayError(error, 'not-found')) return null;
    throw error;
  }
}

function differs(job: VertexJob, { known, rows }: AwaitChangeInput): boolean {
  return job.state !== known.state || progressStep(job.counts, rows) > known.step;
}

function unchanged(job: VertexJob, rows: number, checkedAt: Date, delayMs: number): ApplicationFailure {
  const nextCheckAt = new Date(checkedAt.getTime() + delayMs);
  const details: LookDetails = {
    state: job.state,
    counts: job.counts === null ? null : { succeeded: job.counts.succeeded, failed: job.counts.failed },
    checkedAt: checkedAt.toISOString(),
    nextCheckAt: nextCheckAt.toISOString(),
  };
  const waiting = ApplicationFailure.create({
    message: `Waiting, not failing: ${job.state}${countsText(job, rows)} · next look ${nextCheckAt.toISOString().slice(11, 16)}Z`,
    type: WAITING,
    category: ApplicationFailureCategory.BENIGN,
    nextRetryDelay: delayMs,
    details: [details],
  });
  // the UI shows the stack of a pending activity's last failure, and this is none
  waiting.stack = '';
  return waiting;
}

function countsText(job: VertexJob, rows: number): string {
  if (job.counts === null) return '';
  const percent = percentDone(job.counts, rows);
  const share = percent === null ? '' : ` of ${count(rows)} (${percent} %)`;
  return ` · ${count(job.counts.succeeded + job.counts.failed)}${share}`;
}
