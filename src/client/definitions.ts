import type { QueryDefinition, SignalDefinition, UpdateDefinition } from '@temporalio/common';
import {
  ADOPT_JOB,
  CANCEL_BATCH,
  CHECK_NOW,
  PROGRESS_QUERY,
  RESUBMIT,
  type AdoptJobInput,
  type BatchProgress,
  type CancelBatchInput,
  type JobProgress,
  type ResubmitInput,
} from '../messages';

// `defineQuery` and its like belong to the workflow package; these are the same values for those who have a client only.

/** Query of a run's progress, for `handle.query`; `VertexBatchRun.status()` answers without a worker, too. */
export const progressQuery = { type: 'query', name: PROGRESS_QUERY } as QueryDefinition<BatchProgress>;

/** Update that cancels a run and answers when the service has ended its jobs. */
export const cancelBatchUpdate = { type: 'update', name: CANCEL_BATCH } as UpdateDefinition<
  readonly JobProgress[],
  [CancelBatchInput | undefined]
>;

/** Signal that cancels a run; unlike the update, it waits in the history for a worker. */
export const cancelBatchSignal = { type: 'signal', name: CANCEL_BATCH } as SignalDefinition<
  [CancelBatchInput | undefined]
>;

/** Update that names the job which a create without an answer has made. */
export const adoptJobUpdate = { type: 'update', name: ADOPT_JOB } as UpdateDefinition<
  { name: string },
  [AdoptJobInput]
>;

/** Update that sends a create without an answer again; pays twice if the first one was accepted. */
export const resubmitUpdate = { type: 'update', name: RESUBMIT } as UpdateDefinition<void, [ResubmitInput | undefined]>;

/** Update that looks at the job now instead of at the next interval. */
export const checkNowUpdate = { type: 'update', name: CHECK_NOW } as UpdateDefinition<BatchProgress>;
