import type { AcceptedRequest, RunReference } from '../domain/accepted-request';
import type { AcceptedValidation } from '../domain/accepted-validation';
import type { EstimatedCost } from '../domain/run-budget';
import type { BatchProgress, BatchReason, BatchReasonType, BatchResult, RowBooks, TokenUsage } from '../messages';
import type { SearchAttribute } from '../domain/search-attributes';
import type { VertexJob } from '../gateways/vertex-jobs';
import type { LoadedPurpose } from '../domain/loaded-purpose';
import type { Check } from '../preflight/check';
import type { NeededRights } from '../preflight/require-rights';
import type { Examined } from '../preflight/examine';

export type { VertexJob };

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

/** An attempt that keeps failing comes back as `stuck`, so that the run can say so; the workflow calls again with `stuck: true`. */
export type Guarded<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | {
      readonly kind: 'stuck';
      readonly type: BatchReasonType | 'HandlerFailing';
      readonly message: string;
    };

export interface GuardedInput {
  /** The run already shows that this call is stuck: report nothing more, return at the first success. */
  readonly stuck?: boolean;
}

export interface AcceptRequestInput {
  readonly request: unknown;
  readonly execution: string;
  /** RFC 3339; only of a run that a Schedule started. */
  readonly scheduledTime?: string;
}

export interface AcceptedRun {
  readonly request: AcceptedRequest;
  readonly run: RunReference;
  /** Hashes of the accepted request: what a second starter of the id must agree on. */
  readonly fingerprint: NonNullable<BatchProgress['request']>;
  readonly handler: {
    readonly name: string;
    readonly taskQueue: string | null;
    readonly version: string;
    readonly hasSchema: boolean;
  } | null;
  /** Bounds that the worker's configuration sets, recorded so that a replay has them. */
  readonly timing: {
    readonly submitMs: number;
    readonly heartbeatMs: number;
    readonly lookIntervalMs: number;
    /** For how long the handler's task queue may take nothing. @default ten minutes */
    readonly handlerQueueMs?: number;
  };
  /** Those that the run sets: the worker is told to, and the namespace knows them. @default none */
  readonly searchAttributes?: readonly SearchAttribute[];
}

export interface AdoptionInput extends GuardedInput {
  readonly run: RunReference;
  readonly project: string;
  readonly location: string;
  /** As the request names it. */
  readonly job: string;
  /** What the request says that the job reads; empty where it leaves that to the job. */
  readonly input: readonly string[];
  /** Of the request, or its workspace: who adopted a job that writes a table is noted there. Left out by earlier versions. */
  readonly output?: string;
}

export interface AdoptedJob {
  readonly job: VertexJob;
  /** What it reads. */
  readonly inputUris: readonly string[];
  /** `gs://bucket/prefix/` below which its output directory lies, perhaps beside those of other jobs; or `bq://project[.dataset[.table]]`. */
  readonly outputUri: string;
}

export interface ResolveInputInput extends GuardedInput {
  readonly run: RunReference;
  readonly input: readonly string[];
  /** The jobs', where the input is a table: it must lie there. */
  readonly location?: string;
  /** An input without a row is no error. @default false */
  readonly allowEmpty?: boolean;
  /** What the run is about to spend money with: rights that are missing there are said first. @default nothing is looked at */
  readonly needs?: NeededRights;
  /** As the ranges will be: rows of a table are validated while they are copied. @default they are only copied */
  readonly validateAs?: { readonly keyField: string | null; readonly validation: AcceptedValidation };
}

export interface ResolvedInput {
  /** Object with {@link Sources}; its name has the digest. */
  readonly sourcesUri: string;
  readonly files: number;
  readonly bytes: number;
  readonly ranges: number;
}

/** Content of `sourcesUri`. */
export interface Sources {
  readonly files: readonly SourceFile[];
  readonly ranges: readonly FileRange[];
  /** The input, of which the one file is a copy; its lines are the table's rows. */
  readonly table?: PinnedTable;
}

/** A table as it was when it was read. */
export interface PinnedTable {
  /** `bq://project.dataset.table` */
  readonly uri: string;
  readonly lastModified: string;
  readonly rows: number;
}

export interface SourceFile {
  readonly uri: string;
  readonly generation: string;
  readonly size: number;
  readonly crc32c: string;
  readonly updated: string;
}

/** The lines whose first byte lies in [from, to) of the file with that ordinal (from 0). */
export interface FileRange {
  readonly file: number;
  readonly from: number;
  readonly to: number;
  /** Ordinal of the last file, where one range of the input spans several small files, each of them whole. */
  readonly lastFile?: number;
}

export interface ValidateRangeInput extends GuardedInput {
  readonly run: RunReference;
  readonly sourcesUri: string;
  /** Ordinal of the range, from 0. */
  readonly range: number;
  readonly keyField: string | null;
  /** @default `DEFAULT_VALIDATION` */
  readonly validation?: AcceptedValidation;
}

export interface RangeValidation {
  readonly rows: number;
  readonly errors: number;
  readonly warnings: number;
}

export interface PlanPartsInput extends GuardedInput {
  readonly run: RunReference;
  readonly sourcesUri: string;
  readonly keyField: string | null;
  /** @default `DEFAULT_VALIDATION` */
  readonly validation?: AcceptedValidation;
  /** An input without a row is no error, and has no plan. @default false */
  readonly allowEmpty?: boolean;
  /** Rows of the first job, which goes ahead of the others. */
  readonly canary?: number;
  /** A job of somebody else's was sent these rows; it began to read them then, or hasn't yet. */
  readonly foreign?: { readonly readAt: string | null };
  /** The one whose price counts. Left out by earlier versions. */
  readonly model?: string;
  /** Without a plan where the estimate is higher. @default there is no bound */
  readonly maxCostUsd?: number;
}

export interface PlannedParts {
  /** What the rows that are sent are expected to cost; null where that isn't known. Left out by earlier versions. */
  readonly estimate?: EstimatedCost | null;
  readonly rows: number;
  readonly bytes: number;
  readonly errors: number;
  readonly warnings: number;
  /** What is mended in the copy that is sent, and how often. */
  readonly repaired?: Readonly<Record<string, number>>;
  /** Report of all problems, when there are any. */
  readonly validationUri: string | null;
  /** `<uri>:<line> <message>` of the first few. */
  readonly firstProblems: readonly string[];
  /** null when errors or limits forbid a plan. */
  readonly plan: {
    readonly uri: string;
    readonly digest: string;
    /** It stood already: an earlier execution of this id wrote it. */
    readonly adopted: boolean;
    /** Sources that differ from what the standing plan found. */
    readonly changed: readonly string[];
    readonly parts: readonly PlannedPart[];
    /** Rounds of each part for which a claim stands, highest first. */
    readonly claimed: readonly { readonly part: number; readonly round: number }[];
  } | null;
  /** There is nothing to send, and the request allows that. */
  readonly isEmpty?: true;
  /** Why there is no plan, if it isn't for problems of rows. */
  readonly refusal: BatchReason | null;
}

export interface PlannedPart {
  /** From 1. */
  readonly part: number;
  /** Those that are sent. */
  readonly rows: number;
  readonly bytes: number;
  /** The input can be used as it lies. */
  readonly asItLies: boolean;
  /** `gs://` URIs to submit when it can; a wildcard where there are many. */
  readonly uris: readonly string[];
}

export interface StagePartInput extends GuardedInput {
  readonly run: RunReference;
  readonly planUri: string;
  readonly part: number;
  readonly round: number;
  /** Object that lists the rows to send; null for all of the part. */
  readonly rowsUri: string | null;
}

export interface StagedPart {
  readonly uris: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  readonly digest: string;
}

export interface CheckInputInput extends GuardedInput {
  readonly run: RunReference;
  readonly planUri: string;
}

export interface CheckedInput {
  /** URIs that changed or vanished since the plan. */
  readonly changed: readonly string[];
}

/** `<run key>-p<part>-r<round>-a<attempt>`: name of the claim, label, end of the display name, output prefix. */
export interface ClaimReference {
  readonly part: number;
  readonly round: number;
  readonly attempt: number;
}

export interface SubmitJobInput {
  readonly run: RunReference;
  readonly project: string;
  readonly location: string;
  readonly claim: ClaimReference;
  /** Digest of what is sent, noted in the claim. */
  readonly digest: string;
  readonly model: string;
  readonly displayName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly inputUris: readonly string[];
  /** `bq://project[.dataset[.table]]`, where the job writes a table. @default it writes files */
  readonly outputTable?: string;
  /** Bound of the POST, below the attempt's own. */
  readonly requestTimeoutMs: number;
  /** Tell what stands, and create nothing. */
  readonly onlyStanding: boolean;
  /** Take a claim that doesn't stand and give it up at once, so that an attempt that comes late can't. */
  readonly seal: boolean;
}

/** What stands beside a claim once it is decided. */
export type ClaimOutcome =
  | { readonly kind: 'job'; readonly name: string }
  | { readonly kind: 'refused'; readonly type: BatchReasonType; readonly message: string; readonly mayPass: boolean }
  | { readonly kind: 'abandoned'; readonly by: string };

export type SubmittedJob =
  | { readonly kind: 'created'; readonly job: VertexJob }
  /** Nothing was sent: a look at what stands, or the claim, failed in a way that may pass. */
  | {
      readonly kind: 'not-tried';
      readonly type: BatchReasonType;
      readonly message: string;
      readonly retryAfterMs: number | null;
    }
  /** The service said no, or was not reached: nothing was created. The next claim may try where `mayPass`. */
  | {
      readonly kind: 'refused';
      readonly type: BatchReasonType;
      readonly message: string;
      readonly mayPass: boolean;
      readonly retryAfterMs: number | null;
    }
  /** The answer to the POST is lost, or the claim is another's and has no outcome yet. */
  | { readonly kind: 'unknown'; readonly claimedAt: string; readonly message: string }
  | {
      readonly kind: 'standing';
      readonly claimedAt: string;
      readonly outcome: ClaimOutcome;
      readonly job: VertexJob | null;
    }
  /** No such claim stands, and `onlyStanding` forbade to take it. */
  | { readonly kind: 'nothing-stands' }
  /** A job of this claim exists, though this bucket knows nothing of it. */
  | { readonly kind: 'taken'; readonly job: VertexJob };

export interface LookForJobInput extends GuardedInput {
  readonly run: RunReference;
  readonly project: string;
  readonly location: string;
  readonly claim: ClaimReference;
  /** Don't note what is found: a look for doubles. */
  readonly onlyLook?: boolean;
}

export interface LookedForJob {
  /** Every job that carries the claim's label, confirmed by a get; more than one only if the service doubled a request. */
  readonly jobs: readonly VertexJob[];
  readonly outcome: ClaimOutcome | null;
}

export interface DecideClaimInput extends GuardedInput {
  readonly run: RunReference;
  readonly claim: ClaimReference;
  readonly decision:
    | { readonly kind: 'adopt'; readonly name: string }
    | { readonly kind: 'abandon'; readonly by: string };
}

export type DecidedClaim =
  | { readonly kind: 'adopted'; readonly job: VertexJob }
  | { readonly kind: 'abandoned' }
  /** The claim had been decided otherwise before. */
  | { readonly kind: 'standing'; readonly outcome: ClaimOutcome; readonly job: VertexJob | null }
  | { readonly kind: 'no-such-job'; readonly message: string };

export interface AwaitChangeInput extends GuardedInput {
  readonly job: string;
  readonly known: {
    readonly state: string;
    /** Quarters of the rows that are done, 0 to 4. */
    readonly step: number;
    /** RFC 3339: since when the run knows the state. */
    readonly since: string;
  };
  readonly rows: number;
  /** Return at the first look, changed or not. */
  readonly once?: boolean;
}

export interface ObservedJob {
  /** null: the service has no such job any more. */
  readonly job: VertexJob | null;
  readonly checkedAt: string;
}

export interface CancelJobInput extends GuardedInput {
  readonly job: string;
}

export interface CancelledJob {
  /** `already-ended` also when the service says that it can't be cancelled any more. */
  readonly kind: 'accepted' | 'already-ended' | 'gone';
}

export interface FindOutputsInput extends GuardedInput {
  readonly run: RunReference;
  readonly planUri: string;
  readonly claim: ClaimReference;
  readonly job: VertexJob;
  /** Prefix below which a job writes that isn't the claim's own, or the table, dataset or project. @default the claim's prefix */
  readonly outputUri?: string;
  /** `bq://project[.dataset[.table]]` of a run whose jobs write tables. @default they write files */
  readonly outputTable?: string;
  /** For how long files that must be there may be missing from a listing, in milliseconds. @default 0 */
  readonly listingLagMs?: number;
  readonly handler: HandlerReference | null;
  /** The part's share of the ranges that fit into a history. @default 500 */
  readonly maximumRanges?: number;
}

export interface HandlerReference {
  readonly name: string;
  readonly version: string;
}

export interface FoundOutputs {
  /** Object with {@link Outputs}. */
  readonly outputsUri: string;
  readonly files: number;
  readonly bytes: number;
  readonly ranges: number;
}

/** Content of `outputsUri`; ranges as in {@link Sources}. */
export interface Outputs {
  readonly job: string;
  readonly files: readonly SourceFile[];
  readonly ranges: readonly FileRange[];
}

export interface CollectRangeInput extends GuardedInput {
  readonly run: RunReference;
  readonly planUri: string;
  readonly outputsUri: string;
  readonly part: number;
  readonly round: number;
  readonly range: number;
  readonly handler: HandlerReference | null;
}

export interface CollectedRange {
  readonly rows: number;
  readonly answered: number;
  readonly blocked: number;
  readonly failed: number;
}

export interface SettlePartInput extends GuardedInput {
  readonly run: RunReference;
  readonly planUri: string;
  readonly part: number;
  readonly rounds: readonly {
    readonly round: number;
    readonly outputsUri: string | null;
    readonly job: VertexJob;
  }[];
  readonly handler: HandlerReference | null;
  /** The one that was asked for: its price counts where answers name none. Left out by earlier versions. */
  readonly model?: string;
  /** Also let retryable rows go, and write results, errors and dead letters. */
  readonly final: boolean;
  /** The part's share of the ranges that fit into a history. @default 500 */
  readonly maximumRanges?: number;
}

export interface SettledPart {
  readonly books: RowBooks;
  /** Failed and missing rows for which another round makes sense. */
  readonly retryable: number;
  /** Object that lists them. */
  readonly retryRowsUri: string | null;
  readonly usage: TokenUsage;
  /** These three are left out by earlier versions. */
  readonly usageByModel?: Readonly<Record<string, TokenUsage>>;
  readonly finishReasons?: Readonly<Record<string, number>>;
  /** Of all rounds so far; null where a price isn't known. */
  readonly cost?: { readonly microsUsd: number; readonly priceTable: string } | null;
  readonly duplicates: number;
  readonly strangers: number;
  /** `24 × RESOURCE_EXHAUSTED (retryable)`, most frequent first, at most ten. */
  readonly reasons: readonly string[];
  /** What doesn't add up; empty when the books balance. */
  readonly imbalances: readonly string[];
  /** Set when `final`. Object that names the result files and processing ranges. */
  readonly settledUri: string | null;
  readonly processRanges: number;
  readonly results: { readonly files: number; readonly rows: number; readonly bytes: number };
  /** Of this part alone: of several, the run makes one file when it is finished. */
  readonly errorsUri: string | null;
  readonly deadLettersUri: string | null;
}

export interface ProcessRangeInput extends GuardedInput {
  readonly run: RunReference;
  readonly settledUri: string;
  readonly range: number;
  readonly handler: HandlerReference;
  /**
   * Return at the first checkpoint, so that the run learns that there is progress: it shows that nobody takes the range.
   * `stuck` asks for the same.
   */
  readonly soon?: boolean;
  /** Directory of the run over whose results this is another pass; rows that don't fit the handler's schema are rejected then. */
  readonly passOf?: string;
}

export interface ProcessedRange {
  readonly processed: number;
  readonly rejected: number;
  /** The range isn't done: call again. */
  readonly more?: true;
}

export interface FinishRunInput extends GuardedInput {
  readonly run: RunReference;
  /** All but the manifest's own URI. */
  readonly result: BatchResult;
  readonly settledUris: readonly string[];
  readonly handler: HandlerReference | null;
  readonly planUri: string | null;
  /** Parts of the plan. @default 1 */
  readonly partCount?: number;
}

export interface FinishedRun {
  readonly manifest: string;
  readonly rejectedUri: string | null;
  readonly rejected: number;
  /** Of the whole run; absent in histories from before runs of several parts. */
  readonly errorsUri?: string | null;
  readonly deadLettersUri?: string | null;
  /** Result with which this execution had closed before it was reset, and which stands. */
  readonly closedBefore?: BatchResult;
}

export interface LoadTablesInput extends GuardedInput {
  readonly run: RunReference;
  /** The one whose right to run load jobs is used. */
  readonly project: string;
  readonly manifestUri: string;
  readonly tables: readonly { readonly purpose: LoadedPurpose; readonly uri: string }[];
}

export interface LoadedTable {
  readonly purpose: LoadedPurpose;
  /** `bq://project.dataset.table` */
  readonly uri: string;
  readonly rows: number;
}

export interface ReadManifestInput extends GuardedInput {
  readonly request: unknown;
  /** Run id of the execution's first run. */
  readonly execution: string;
}

/** The results of a run that has ended, and the place of a pass over them. */
export interface FoundResults {
  /** `directory` is the pass's own, `<directory of the run>reprocess/<pass>/`. */
  readonly run: RunReference;
  /** Directory of the run. */
  readonly of: string;
  readonly manifest: string;
  readonly handlerName: string;
  readonly deadlineMs: number;
  readonly timing: AcceptedRun['timing'];
  readonly searchAttributes?: AcceptedRun['searchAttributes'];
  /** Object that names the result files and processing ranges. */
  readonly settledUri: string;
  readonly ranges: number;
  readonly results: SettledPart['results'];
}

interface FindHandlerInput {
  readonly name: string;
}

export interface FoundHandler extends HandlerReference {
  readonly hasSchema: boolean;
}

export interface FinishReprocessInput extends GuardedInput {
  readonly run: RunReference;
  /** All but the manifest's own URI. */
  readonly result: BatchResult;
  readonly settledUri: string;
  readonly handler: HandlerReference;
  /** Manifest of the run. */
  readonly reprocessed: string;
}
