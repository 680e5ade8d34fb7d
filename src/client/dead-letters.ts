import type { AdoptRequest, BatchRequest } from '../messages';
import { writtenBy } from './closed-run';
import { VertexBatchError } from './errors';
import type { VertexBatchRun } from './run';

/**
 * The table of their own, or else the object, with the rows that a closed run has no answer for.
 * @throws {VertexBatchError} `RunOpen` for one that isn't closed, `NothingToRerun` where there are none
 */
export async function deadLettersOf(run: VertexBatchRun): Promise<string> {
  const { deadLetters, loaded = [] } = await writtenBy(run);
  const table = loaded.find(({ purpose, rows }) => purpose === 'dead-letters' && rows > 0);
  const input = table?.uri ?? deadLetters;
  if (input !== null) return input;
  throw new VertexBatchError(
    'NothingToRerun',
    `${run.workflowId} has no dead letters: no row failed or is missing that could be sent as it stands`,
  );
}

/** What a run asked for, of other rows. A name with a placeholder stays that of the scheduled run. */
export function requestOver(input: string, request: BatchRequest | AdoptRequest): BatchRequest {
  const { rerun: _, displayName, ...same } = withoutJob(request);
  const isOwn = displayName !== undefined && !displayName.includes('{');
  return { ...same, ...(isOwn && { displayName }), input };
}

/** An adopted job has been collected: what is left goes into jobs of the run's own. */
function withoutJob(request: BatchRequest | AdoptRequest): Omit<BatchRequest, 'input'> {
  if (!('adopt' in request)) return request;
  const { adopt: _, ...same } = request;
  return same;
}

/** `<id>/rerun-1`; of a rerun itself the next one. */
export function nextRerunId(workflowId: string): string {
  const [, base = workflowId, number = '0'] = /^(.+)\/rerun-(\d+)$/s.exec(workflowId) ?? [];
  return `${base}/rerun-${Number(number) + 1}`;
}
