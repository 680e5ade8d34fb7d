import type { BatchProgress, BatchResult } from '../messages';
import { VertexBatchCancelledError, VertexBatchError, VertexBatchFailedError } from './errors';
import type { VertexBatchRun } from './run';

/** Objects in which a closed run left what it had; null for what it didn't write. */
export type WrittenFiles = Pick<BatchResult, 'manifest' | 'deadLetters' | 'loaded'>;

const NOTHING: WrittenFiles = { manifest: null, deadLetters: null };

/** @throws {VertexBatchError} `RunOpen` for a run that isn't closed */
export async function writtenBy(run: VertexBatchRun): Promise<WrittenFiles> {
  await refuseOpen(run);
  try {
    return await run.result();
  } catch (error) {
    if (error instanceof VertexBatchFailedError) return error.result ?? NOTHING;
    if (error instanceof VertexBatchCancelledError) return besideManifest(error.closed);
    throw error;
  }
}

/** @throws {VertexBatchError} `RunOpen` */
export async function refuseOpen(run: VertexBatchRun): Promise<void> {
  const { execution, phase } = await run.status();
  if (execution !== 'RUNNING') return;
  throw new VertexBatchError(
    'RunOpen',
    `${run.workflowId} is still open, it is ${phase}; wait for its result, or cancel it`,
  );
}

/** A cancelled workflow tells little of its result: what it had lies beside the manifest, by its name. */
function besideManifest(closed: BatchProgress['closed']): WrittenFiles {
  if (closed?.manifest == null || closed.rows === undefined) return NOTHING;
  const { manifest, rows } = closed;
  const hasLetters = rows.failed + rows.missing > 0;
  return { manifest, deadLetters: hasLetters ? manifest.replace(/manifest\.json$/, 'dead-letters.jsonl') : null };
}
