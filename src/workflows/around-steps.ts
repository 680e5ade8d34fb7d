import { ApplicationFailure, CancellationScope, CancelledFailure, workflowInfo } from '@temporalio/workflow';
import type { BatchResult } from '../messages';
import type { RunState } from './run-state';

/** What gave less than was asked for is red, and carries its result. */
export function conclude(result: BatchResult, wasCancelled: boolean): BatchResult {
  if (wasCancelled) throw new CancelledFailure(`The run was cancelled: ${result.reason?.message ?? result.outcome}`);
  if (result.outcome !== 'failed') return result;
  throw ApplicationFailure.nonRetryable(
    result.reason?.message ?? 'failed',
    result.reason?.type ?? 'RowsUnanswered',
    result,
  );
}

/** Turns `handle.cancel()` into a stop of the run; tells whether it came. */
export function stopWhenCancelled(run: RunState): () => boolean {
  let wasCancelled = false;
  CancellationScope.current().cancelRequested.catch(() => {
    wasCancelled = true;
    run.stopWith({
      kind: 'cancel',
      salvage: true,
      reason: { type: 'CancelRequested', message: 'the workflow was cancelled' },
    });
  });
  return () => wasCancelled;
}

/** @throws {ApplicationFailure} `InvalidRequest` for a workflow that a cron schedule repeats */
export function refuseCron(): void {
  if (!workflowInfo().cronSchedule) return;
  throw ApplicationFailure.nonRetryable(
    'a cron schedule would give all its runs one identity, and one job; use a Temporal Schedule, which gives each run its own id',
    'InvalidRequest',
  );
}

/** The request isn't checked yet; only where the first activity runs is read from it. */
export function handlerTaskQueue(request: { readonly handler?: unknown } | null): string | null {
  const handler = request?.handler;
  if (typeof handler !== 'object' || handler === null || !('taskQueue' in handler)) return null;
  return typeof handler.taskQueue === 'string' ? handler.taskQueue : null;
}
