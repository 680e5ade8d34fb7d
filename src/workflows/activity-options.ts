import { ActivityCancellationType, type ActivityOptions } from '@temporalio/workflow';
import type { BatchActivities } from '../activities/contract';

/**
 * The bounds of every activity. Attempts are bounded by `startToCloseTimeout`, and retried without a bound in total: the run's own
 * deadlines cancel them. Every step beats, and its `heartbeatTimeout` comes from the worker's `timeouts`, as the accepted run
 * records them; accepting a request and finding a handler don't, since they take milliseconds, and ten seconds at most. Only
 * submitting has a single attempt, since scheduling it again is what is safe there.
 *
 * Waits are cancelled at once (they only read); what writes is waited for, because an attempt that is given up still writes.
 */
const READS = {
  startToCloseTimeout: '1 minute',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
} satisfies ActivityOptions;

const WRITES = {
  startToCloseTimeout: '5 minutes',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
} satisfies ActivityOptions;

const GOES_THROUGH_DATA = { ...WRITES, startToCloseTimeout: '1 hour' } satisfies ActivityOptions;

export const ACTIVITY_OPTIONS = {
  vertexBatchAcceptRequest: READS,
  vertexBatchAdoptJob: WRITES,
  vertexBatchResolveInput: GOES_THROUGH_DATA,
  vertexBatchValidateRange: GOES_THROUGH_DATA,
  vertexBatchPlanParts: GOES_THROUGH_DATA,
  vertexBatchStagePart: { ...GOES_THROUGH_DATA, startToCloseTimeout: '3 hours' },
  vertexBatchCheckInput: { ...READS, startToCloseTimeout: '10 minutes' },
  // startToCloseTimeout and heartbeatTimeout come from the accepted run
  vertexBatchSubmitJob: {
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { maximumAttempts: 1 },
  },
  vertexBatchLookForJob: { ...READS, startToCloseTimeout: '10 minutes' },
  vertexBatchDecideClaim: WRITES,
  // every throw of a wait sets its own delay; the coefficient keeps `attempt` out of it
  vertexBatchAwaitChange: { ...READS, retry: { initialInterval: '30 seconds', backoffCoefficient: 1 } },
  vertexBatchCancelJob: WRITES,
  vertexBatchFindOutputs: GOES_THROUGH_DATA,
  vertexBatchCollectRange: GOES_THROUGH_DATA,
  vertexBatchSettlePart: { ...GOES_THROUGH_DATA, startToCloseTimeout: '3 hours' },
  // a handler may be slow; it commits as it goes, and its attempt ends with its heartbeat
  vertexBatchProcessRange: { ...GOES_THROUGH_DATA, startToCloseTimeout: '24 hours' },
  vertexBatchFinishRun: GOES_THROUGH_DATA,
  vertexBatchLoadTables: GOES_THROUGH_DATA,
  vertexBatchReadManifest: WRITES,
  vertexBatchFindHandler: READS,
  vertexBatchFinishReprocess: GOES_THROUGH_DATA,
  // whoever asked waits for it
  vertexBatchExamine: { ...READS, startToCloseTimeout: '15 seconds', retry: { maximumAttempts: 1 } },
} as const satisfies Record<keyof BatchActivities, ActivityOptions>;
