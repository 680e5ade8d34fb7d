import {
  ChildWorkflowCancellationType,
  executeChild,
  ParentClosePolicy,
  startChild,
  ApplicationFailure,
  type ChildWorkflowHandle,
  type ChildWorkflowOptions,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { VERTEX_BATCH_WORKFLOW, type AdoptRequest, type BatchRequest, type BatchResult } from './messages';

export type {
  AdoptRequest,
  BatchOutcome,
  BatchReason,
  BatchReasonType,
  BatchRequest,
  BatchResult,
  DurationLike,
  JobProgress,
  RowBooks,
  TokenUsage,
} from './messages';

/** Where the run's worker is and what it is called; bounds belong into the request's `deadlines`. */
export interface ChildRunOptions extends Pick<
  ChildWorkflowOptions,
  'taskQueue' | 'memo' | 'staticSummary' | 'staticDetails'
> {
  /** The run's business key: one paid run, ever. */
  readonly workflowId: string;
}

type VertexBatch = (request: BatchRequest | AdoptRequest) => Promise<BatchResult>;

/**
 * Runs a batch as a child and waits for its result; as `executeChild`, but a parent that ends or is cancelled has the run cancelled
 * and its job with it, where Temporal's default would terminate it and leave a paid job behind.
 * @throws {ApplicationFailure} `WorkflowIdTaken` when a run of that id exists; ChildWorkflowFailure when the run failed
 */
export async function executeVertexBatch(
  request: BatchRequest | AdoptRequest,
  options: ChildRunOptions,
): Promise<BatchResult> {
  return await orTaken(options, () => executeChild<VertexBatch>(VERTEX_BATCH_WORKFLOW, childOptions(request, options)));
}

/** Starts a batch as a child; as {@link executeVertexBatch}, without waiting for its end. */
export async function startVertexBatch(
  request: BatchRequest | AdoptRequest,
  options: ChildRunOptions,
): Promise<ChildWorkflowHandle<VertexBatch>> {
  return await orTaken(options, () => startChild<VertexBatch>(VERTEX_BATCH_WORKFLOW, childOptions(request, options)));
}

function childOptions(request: BatchRequest | AdoptRequest, options: ChildRunOptions) {
  return {
    ...options,
    args: [request] as [BatchRequest | AdoptRequest],
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY' as const,
  };
}

async function orTaken<Value>(options: ChildRunOptions, start: () => Promise<Value>): Promise<Value> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw ApplicationFailure.nonRetryable(
      `workflow id ${options.workflowId} has a run already; choose another id`,
      'WorkflowIdTaken',
    );
  }
}
