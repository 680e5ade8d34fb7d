import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import type { ExaminedWorker } from '../../activities/contract';
import { DOCTOR_WORKFLOW } from '../../messages';
import type { Examined } from '../../preflight/examine';
import type { TemporalSession } from '../temporal-session';

/** A worker that is busy takes a moment; one that doesn't know the workflow never answers. */
const PATIENCE = '20 seconds';

/** What a worker of the task queue has and may do, with its own credentials; `undefined` where none answers in time. */
export async function askWorker(
  { client }: Pick<TemporalSession, 'client'>,
  taskQueue: string,
  examined: Examined,
): Promise<ExaminedWorker | undefined> {
  const asking = await client.workflow.start(DOCTOR_WORKFLOW, {
    taskQueue,
    workflowId: `vertex-batch-doctor/${randomUUID()}`,
    args: [examined],
    workflowExecutionTimeout: PATIENCE,
    staticSummary: 'vertex-batch doctor asks what this worker has and may do',
  });
  try {
    return (await asking.result()) as ExaminedWorker;
  } catch (error) {
    if (error instanceof WorkflowFailedError) return undefined;
    throw error;
  }
}
