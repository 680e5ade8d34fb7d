import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { VertexBatchError } from './errors';

/** The request of an execution, as its starter gave it: the first event of its history has it. Needs no worker. */
export async function requestOf<Request extends object>(
  client: Client,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
): Promise<Request> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  const [request] = await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads);
  if (typeof request === 'object' && request !== null) return request as Request;
  throw new VertexBatchError('InvalidRequest', `run ${workflowId} was started without a request`);
}
