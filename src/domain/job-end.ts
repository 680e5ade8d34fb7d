import type { BatchReason } from '../messages';
import { shortState } from './job-state';

/** A job that has ended, as far as its end tells what to do next. */
export interface EndedJob {
  readonly name: string;
  readonly state: string;
  readonly error: { readonly code: number; readonly message: string } | null;
}

/** gRPC codes of failed jobs that may pass: RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE (vertex-api, job-level errors). */
const PASSING_CODES: ReadonlySet<number> = new Set([8, 13, 14]);

/**
 * Whether sending the unanswered rows again makes sense. A job that somebody cancelled under a run is not restarted behind his back,
 * unless a new execution of the id was started to do just that.
 */
export function isWorthAnotherRound(job: EndedJob, isResumed: boolean): boolean {
  switch (job.state) {
    case 'JOB_STATE_SUCCEEDED':
    case 'JOB_STATE_PARTIALLY_SUCCEEDED':
    case 'JOB_STATE_EXPIRED':
      return true;
    case 'JOB_STATE_CANCELLED':
      return isResumed;
    default:
      return job.error === null || PASSING_CODES.has(job.error.code) || isResumed;
  }
}

/** Why a job that ended gave less than it was asked for; null when it succeeded. */
export function endReasonOf(job: EndedJob): BatchReason | null {
  if (job.state === 'JOB_STATE_SUCCEEDED') return null;
  const error = job.error === null ? '' : `: code ${job.error.code} ${JSON.stringify(job.error.message)}`;
  const message = `job ${job.name} ended ${shortState(job.state)}${error}`;
  if (job.state === 'JOB_STATE_EXPIRED') return { type: 'JobExpired', message };
  if (job.state === 'JOB_STATE_CANCELLED') return { type: 'JobCancelled', message };
  return { type: 'JobFailed', message };
}
