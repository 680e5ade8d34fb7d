import { VertexBatchCancelledError, VertexBatchFailedError, type VertexBatchRun } from '../../src/client';
import type { BatchProgress } from '../../src/messages';

/** What a run came to, whatever the way it tells it. */
export type ClosedRun = NonNullable<BatchProgress['closed']>;

/** Waits until a run has closed, red or not. */
export async function closeOf(run: VertexBatchRun): Promise<ClosedRun> {
  try {
    return await run.result();
  } catch (error) {
    if (error instanceof VertexBatchFailedError && error.result !== undefined) return error.result;
    if (error instanceof VertexBatchCancelledError && error.closed !== undefined) return error.closed;
    throw error;
  }
}

/** Whether every row of the input is in exactly one of the books. */
export function isBalanced({ input, answered, blocked, failed, missing }: ClosedRun['rows']): boolean {
  return answered + blocked + failed + missing === input;
}
