import { isGatewayError } from '../gateways/gateway-error';
import type { Attempt } from './attempt';
import type { JobGateways } from './claims';
import type { CancelJobInput, CancelledJob } from './contract';

const CANCEL_TIMEOUT_MS = 30_000;

/** Asks the service to cancel. That it agreed says nothing of the end: the job may still succeed. */
export async function cancelJob(
  { jobs }: Pick<JobGateways, 'jobs'>,
  input: CancelJobInput,
  attempt: Attempt,
): Promise<CancelledJob> {
  try {
    await jobs.cancel(input.job, { signal: attempt.signal, timeoutMs: CANCEL_TIMEOUT_MS });
    return { kind: 'accepted' };
  } catch (error) {
    if (isGatewayError(error, 'precondition')) return { kind: 'already-ended' };
    if (isGatewayError(error, 'not-found')) return { kind: 'gone' };
    throw error;
  }
}
