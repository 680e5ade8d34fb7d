import type { BatchActivities, ExaminedWorker } from '../activities/contract';
import { schedule } from './steps';

/** Asks a worker what it has, and what its credentials may do: for `vertex-batch doctor`. It changes nothing. */
export async function vertexBatchDoctor(
  examined: Parameters<BatchActivities['vertexBatchExamine']>[0],
): Promise<ExaminedWorker> {
  return await schedule('vertexBatchExamine', examined, { summary: 'Look at what a run would need' });
}
