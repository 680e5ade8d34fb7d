import type { Check } from '../preflight/check';
import type { Examined } from '../preflight/examine';
import type { Guarded } from './contract/guarded';
import type {
  CheckInputInput,
  CheckedInput,
  PlanPartsInput,
  PlannedParts,
  RangeValidation,
  ResolveInputInput,
  ResolvedInput,
  StagePartInput,
  StagedPart,
  ValidateRangeInput,
} from './contract/input';
import type {
  AdoptedJob,
  AdoptionInput,
  AwaitChangeInput,
  CancelJobInput,
  CancelledJob,
  DecideClaimInput,
  DecidedClaim,
  LookForJobInput,
  LookedForJob,
  ObservedJob,
  SubmitJobInput,
  SubmittedJob,
} from './contract/jobs';
import type {
  CollectRangeInput,
  CollectedRange,
  FindOutputsInput,
  FoundOutputs,
  SettlePartInput,
  SettledPart,
} from './contract/outputs';
import type { AcceptRequestInput, AcceptedRun, FindHandlerInput, FoundHandler } from './contract/request';
import type {
  FinishReprocessInput,
  FinishRunInput,
  FinishedRun,
  FoundResults,
  LoadTablesInput,
  LoadedTable,
  ProcessRangeInput,
  ProcessedRange,
  ReadManifestInput,
} from './contract/results';

export type { VertexJob } from '../gateways/vertex-jobs';
export type * from './contract/guarded';
export type * from './contract/input';
export type * from './contract/jobs';
export type * from './contract/outputs';
export type * from './contract/request';
export type * from './contract/results';

/**
 * What the workflow may ask of the worker. Names and shapes are stored in histories: fields are added, never renamed.
 * Every activity may be run again at any moment, also while an attempt that timed out is still running.
 */
export interface BatchActivities {
  /** Checks the request, fills defaults in, finds the handler. Runs on the handler's task queue. */
  readonly vertexBatchAcceptRequest: (input: AcceptRequestInput) => Promise<AcceptedRun>;
  /** Takes over a job that somebody else created, once in all time, and tells what it was asked to do. */
  readonly vertexBatchAdoptJob: (input: AdoptionInput) => Promise<Guarded<AdoptedJob>>;
  /** Lists the input as it is now, and cuts it into ranges. */
  readonly vertexBatchResolveInput: (input: ResolveInputInput) => Promise<Guarded<ResolvedInput>>;
  /** Validates the lines that begin in one range. */
  readonly vertexBatchValidateRange: (input: ValidateRangeInput) => Promise<Guarded<RangeValidation>>;
  /** Merges the ranges, checks what concerns the whole input, and writes the plan once. */
  readonly vertexBatchPlanParts: (input: PlanPartsInput) => Promise<Guarded<PlannedParts>>;
  /** Writes the one object that a job reads, where the input can't be used as it lies. */
  readonly vertexBatchStagePart: (input: StagePartInput) => Promise<Guarded<StagedPart>>;
  /** Compares the input with the plan. */
  readonly vertexBatchCheckInput: (input: CheckInputInput) => Promise<Guarded<CheckedInput>>;
  /** Claims and creates in one step; at most one POST for a claim, ever. */
  readonly vertexBatchSubmitJob: (input: SubmitJobInput) => Promise<SubmittedJob>;
  /** Looks for the job of a claim whose create's answer is not known, and notes it beside the claim. */
  readonly vertexBatchLookForJob: (input: LookForJobInput) => Promise<Guarded<LookedForJob>>;
  /** Notes an operator's decision beside a claim. */
  readonly vertexBatchDecideClaim: (input: DecideClaimInput) => Promise<Guarded<DecidedClaim>>;
  /** Returns when the job differs from what is known of it; waits by failing benignly. */
  readonly vertexBatchAwaitChange: (input: AwaitChangeInput) => Promise<Guarded<ObservedJob>>;
  /** Asks the service to cancel. */
  readonly vertexBatchCancelJob: (input: CancelJobInput) => Promise<Guarded<CancelledJob>>;
  /** Finds the job's output objects, pins them and cuts them into ranges. */
  readonly vertexBatchFindOutputs: (input: FindOutputsInput) => Promise<Guarded<FoundOutputs>>;
  /** Joins and classifies the rows that begin in one range of the output. */
  readonly vertexBatchCollectRange: (input: CollectRangeInput) => Promise<Guarded<CollectedRange>>;
  /** One winner a row, the sum checked, results and errors written. */
  readonly vertexBatchSettlePart: (input: SettlePartInput) => Promise<Guarded<SettledPart>>;
  /** Runs the caller's handler over one range of result rows. */
  readonly vertexBatchProcessRange: (input: ProcessRangeInput) => Promise<Guarded<ProcessedRange>>;
  /** Writes the manifest and deletes what was staged. */
  readonly vertexBatchFinishRun: (input: FinishRunInput) => Promise<Guarded<FinishedRun>>;
  /** Loads what a run has written into BigQuery tables of the caller's, each once in all time. */
  readonly vertexBatchLoadTables: (input: LoadTablesInput) => Promise<Guarded<readonly LoadedTable[]>>;
  /** Finds the results of a run that has ended, for another pass of a handler. */
  readonly vertexBatchReadManifest: (input: ReadManifestInput) => Promise<Guarded<FoundResults>>;
  /** Whether the worker has a handler. Runs on the handler's task queue. */
  readonly vertexBatchFindHandler: (input: FindHandlerInput) => Promise<FoundHandler>;
  /** Writes the manifest of a pass. */
  readonly vertexBatchFinishReprocess: (input: FinishReprocessInput) => Promise<Guarded<FinishedRun>>;
  /** Says what this worker has, and looks with its credentials at what a run would need. Of `vertexBatchDoctor`, not of runs. */
  readonly vertexBatchExamine: (input: Examined) => Promise<ExaminedWorker>;
}

export interface ExaminedWorker {
  /** Of this package. */
  readonly version: string;
  readonly handlers: readonly string[];
  /** How far its machine's clock is ahead of Temporal's. Left out by earlier versions. */
  readonly clockAheadMs?: number;
  /** Whether runs set search attributes. Left out by earlier versions. */
  readonly searchAttributes?: boolean;
  readonly checks: readonly Check[];
}
