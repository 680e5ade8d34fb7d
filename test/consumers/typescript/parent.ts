import { executeVertexBatch, type BatchRequest } from 'temporal-vertex-batch/child';

/** A workflow of the user's own that needs a batch on the way. */
export async function summarizeAll(workflowId: string, request: BatchRequest): Promise<number> {
  const result = await executeVertexBatch(request, { workflowId });
  return result.rows.answered;
}
