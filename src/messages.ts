/** Type of the workflow; stored in histories and used by starters in every language. */
export const VERTEX_BATCH_WORKFLOW = 'vertexBatch';
/** Type of the workflow that runs a handler again over finished results. */
export const VERTEX_BATCH_REPROCESS_WORKFLOW = 'vertexBatchReprocess';
/** Type of the workflow by which `vertex-batch doctor` asks a worker what it has and may do. */
export const DOCTOR_WORKFLOW = 'vertexBatchDoctor';
/** Where runs go when nobody says otherwise. */
export const DEFAULT_TASK_QUEUE = 'vertex-batch';
/** Query: {@link BatchProgress}. */
export const PROGRESS_QUERY = 'progress';
/** Update and signal of one name: {@link CancelBatchInput}. */
export const CANCEL_BATCH = 'cancelBatch';
/** Update: {@link AdoptJobInput}. */
export const ADOPT_JOB = 'adoptJob';
/** Update: {@link ResubmitInput}. */
export const RESUBMIT = 'resubmit';
/** Update without a field: looks at the job now instead of at the next interval. */
export const CHECK_NOW = 'checkNow';
/** Memo that holds {@link BatchProgress}, at most 2 KB, so that a run can be read with no worker alive. */
export const PROGRESS_MEMO = 'vertexBatch';

/** A duration as Temporal writes them: milliseconds, or a string such as `30s`, `24h`. */
export type DurationLike = number | string;

/** The workflow's one argument. A field that is not listed is refused. */
export interface BatchRequest {
  /** Google Cloud project id. */
  readonly project: string;
  /** A region such as `us-central1`, or `global`. */
  readonly location: string;
  /** `gemini-…`, `publishers/google/models/M`, or a tuned model `projects/P/locations/L/models/ID`. */
  readonly model: string;
  /**
   * `gs://` objects and wildcards of JSONL. `{workflowId}`, and in a run that a Schedule starts `{scheduledDate}` (`2026-11-22`)
   * and `{scheduledTime}` (`2026-11-22T01:30:00+01:00`), are replaced.
   */
  readonly input: string | readonly string[];
  /**
   * `gs://bucket/prefix/`; the run writes below `<output>/<workflow id>/<hash>/`. Or `bq://project[.dataset[.table]]`: each job
   * writes a table of its own there, whose name begins with `table`, and everything else goes below `workspace`.
   */
  readonly output: string;
  /** `gs://bucket/prefix/`: where the run has its directory when the output is `bq://`, and only then. */
  readonly workspace?: string;
  /**
   * `bq://project.dataset.table`: answered rows are appended to it when the run has succeeded, or partly; it is made if it isn't
   * there. @default results stay in files alone
   */
  readonly resultsTable?: string;
  /** As `resultsTable`, for the rows without an answer, as `errors.jsonl` has them. */
  readonly errorsTable?: string;
  /**
   * `bq://project.dataset.table`: dead letters get a table of the run's own there, whose name begins with `table`, and which the
   * next run can have as its input. @default dead letters stay in a file alone
   */
  readonly deadLettersTable?: string;
  /** Top-level field that identifies a row. @default the first of `key`, `custom_id`, `id` that every row has */
  readonly keyField?: string;
  /** Name of a handler of the worker, or a name with the task queue of the workers that have it. */
  readonly handler?: string | { readonly name: string; readonly taskQueue?: string };
  /** What the jobs' names in the console begin with; takes the placeholders that `input` takes. @default the workflow id */
  readonly displayName?: string;
  /** Labels of the job: keys and values of at most 63 lower-case letters, digits, `_`, `-`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Below this share of answered rows, 0 to 1, the outcome is `failed`. @default none at all answered */
  readonly minAnsweredShare?: number;
  /**
   * Refuses a run whose estimate is higher, and later jobs that would pass it; needs a price of the model.
   * @default there is no bound
   */
  readonly maxCostUsd?: number;
  /** What to do when the service pauses a job. @default `{policy: 'wait', deadline: '24h'}` */
  readonly paused?: { readonly policy?: 'wait' | 'cancel' | 'fail'; readonly deadline?: DurationLike };
  /** Bounds in each phase. @default queued 73h, running 25h, cancelling 15m, run by formula, at most 60d */
  readonly deadlines?: {
    readonly queued?: DurationLike;
    readonly running?: DurationLike;
    readonly cancelling?: DurationLike;
    readonly run?: DurationLike;
  };
  /**
   * What validation makes of the input: `rules` that count otherwise than by default, how many problems `validation.jsonl` lists,
   * whether an error fails the run or takes the row out, and what to mend in the copy that is sent.
   * @default `{maxProblems: 10000, onError: 'fail'}`, no rule changed, nothing repaired
   */
  readonly validate?: {
    /** By the rules' names, as `docs/validation.md` lists them. */
    readonly rules?: Readonly<Record<string, 'error' | 'warning' | 'off'>>;
    /** 0 to 100,000; all problems are counted. @default 10000 */
    readonly maxProblems?: number;
    /** `quarantine`: rows that break a rule alone are counted as failed, and the rest is sent. @default 'fail' */
    readonly onError?: 'fail' | 'quarantine';
    readonly repair?: readonly ('blank-lines' | 'byte-order-mark' | 'empty-search' | 'spelling')[];
  };
  /**
   * Rows of a first job, 1 to 200,000, whose answers are collected and judged before the others are sent: below `minAnsweredShare`,
   * or 0.9 without one, the run fails and sends nothing more. @default the first jobs go together
   */
  readonly canary?: number;
  /** Jobs at a time. @default 4 */
  readonly concurrentJobs?: number;
  /** What to do when nobody can tell whether a create was accepted. @default 'hold' */
  readonly onUnknown?: 'hold' | 'resubmit';
  /** For how long a job that was created may be missing from listings. @default '10m' */
  readonly listingLag?: DurationLike;
  /** How many times retryable rows are sent again, 0 to 5. @default 1 */
  readonly rounds?: number;
  /** IANA name of the time zone in which `{scheduledDate}` and `{scheduledTime}` are written. @default 'UTC' */
  readonly timeZone?: string;
  /** Objects without a row, or a wildcard that matches none, make a run that succeeded with 0 rows. @default false */
  readonly allowEmptyInput?: boolean;
  /** A deliberate repeat of a known workflow id has a higher number. @default 0 */
  readonly rerun?: number;
}

/** A request that starts from a job which somebody else created: the run waits for it, collects it and goes on as with its own. */
export interface AdoptRequest extends Omit<BatchRequest, 'input' | 'validate' | 'canary' | 'allowEmptyInput'> {
  /**
   * `projects/P/locations/L/batchPredictionJobs/ID`: a Gemini job that reads JSONL from `gs://` and writes it there, in any state.
   * A job can be adopted by one run only. `project` and `location` are the job's; `model` is for further rounds, and for the price.
   */
  readonly adopt: { readonly job: string };
  /** @default what the job reads, and nothing else is taken */
  readonly input?: BatchRequest['input'];
}

/** The one argument of the workflow `vertexBatchReprocess`. A field that is not listed is refused. */
export interface ReprocessRequest {
  /** `gs://…/manifest.json` of a run that has ended. */
  readonly manifest: string;
  /** @default the run's own handler, on the task queue of this workflow */
  readonly handler?: string | { readonly name?: string; readonly taskQueue?: string };
  /** How long the handler may take in all. @default '7d' */
  readonly deadline?: DurationLike;
  /**
   * Name of the pass, 1 to 40 letters, digits, `_` or `-`: under the name of an earlier pass it goes on where that one stopped.
   * @default one of its own
   */
  readonly pass?: string;
}

export type BatchPhase =
  | 'resolving'
  | 'validating'
  | 'planning'
  | 'staging'
  | 'submitting'
  | 'waiting'
  | 'collecting'
  | 'settling'
  | 'processing'
  | 'finishing'
  | 'closed';

/** Why a run waits for a person. */
export interface Attention {
  readonly type: string;
  readonly message: string;
  readonly since: string;
  /** When the run acts by itself. */
  readonly until: string | null;
  readonly part: number | null;
  readonly claim: string | null;
  /** Updates that answer it. */
  readonly actions: readonly string[];
}

export interface RowBooks {
  readonly answered: number;
  readonly blocked: number;
  readonly failed: number;
  readonly missing: number;
}

export interface JobProgress {
  readonly name: string;
  readonly state: string;
  readonly since: string;
  readonly part: number;
  readonly round: number;
  /** Answers of this job that the run has kept. */
  readonly kept: number;
  readonly error: { readonly code: number; readonly message: string } | null;
  readonly consoleUrl: string;
}

export interface BatchProgress {
  readonly workflowId: string;
  readonly phase: BatchPhase;
  readonly since: string;
  /** The oldest open one. */
  readonly attention: Attention | null;
  readonly attentionCount: number;
  /** `succeeded` and `failed` are the service's counts; null until it gives any. */
  readonly rows: { readonly input: number | null; readonly succeeded: number | null; readonly failed: number | null };
  readonly percent: number | null;
  readonly books: RowBooks | null;
  /** What validation found; left out while that is nothing. */
  readonly validation?: ValidationCounts;
  readonly handler: { readonly processed: number; readonly rejected: number };
  /** In USD: `usd` of the parts that are settled, null until one is; left out while neither that nor an estimate is known. */
  readonly cost?:
    | { readonly usd: number; readonly estimatedUsd: number | null; readonly priceTable: string }
    | { readonly usd: null; readonly estimatedUsd: number; readonly priceTable: string };
  readonly estimatedEndTime: string | null;
  readonly jobs: readonly JobProgress[];
  readonly jobCount: number;
  readonly checkedAt: string | null;
  readonly nextCheckAt: string | null;
  readonly deadline: string | null;
  /** Set in phase `closed`, so that a Canceled run has something to show. */
  readonly closed?: {
    readonly outcome: BatchOutcome;
    readonly reason: BatchReason | null;
    readonly rows: BatchResult['rows'];
    readonly manifest: string | null;
  };
  /** Hashes of what a second starter of the same id must agree on. */
  readonly request?: {
    readonly digest: string;
    readonly output: string;
    readonly rerun: number;
    readonly fields: Readonly<Record<string, string>>;
  };
}

export interface TokenUsage {
  readonly promptTokenCount: number;
  readonly candidatesTokenCount: number;
  readonly thoughtsTokenCount: number;
  readonly cachedContentTokenCount: number;
  readonly toolUsePromptTokenCount: number;
  readonly totalTokenCount: number;
}

export type BatchOutcome = 'succeeded' | 'partial' | 'failed' | 'cancelled';

/** Why a run gave less than was asked for; each type has an entry in docs/errors.md. */
export type BatchReasonType =
  | 'InvalidRequest'
  | 'InvalidInput'
  | 'InputNotFound'
  | 'InputChanged'
  | 'TooLarge'
  | 'HandlerUnknown'
  | 'HandlerQueueSilent'
  | 'WorkflowIdTaken'
  | 'JobTaken'
  | 'JobRefused'
  | 'JobFailed'
  | 'JobExpired'
  | 'JobCancelled'
  | 'JobPaused'
  | 'JobVanished'
  | 'SubmissionUnknown'
  | 'CancelRequested'
  | 'CancelUnconfirmed'
  | 'DeadlineExceeded'
  | 'BudgetExceeded'
  | 'CanaryFailed'
  | 'RowsUnanswered'
  | 'RowsRejected'
  | 'BooksUnbalanced'
  | 'PermissionDenied'
  | 'NotFound'
  | 'PreconditionFailed'
  | 'QuotaExceeded'
  | 'ServiceUnreachable'
  | 'InternalError';

export interface BatchReason {
  readonly type: BatchReasonType;
  readonly message: string;
}

export interface ValidationCounts {
  readonly errors: number;
  readonly warnings: number;
  /** What was mended in the copy that was sent, and how often; left out where nothing was. */
  readonly repaired?: Readonly<Record<string, number>>;
}

export interface BatchResult {
  readonly outcome: BatchOutcome;
  readonly reason: BatchReason | null;
  /** `input` is the sum of the others. */
  readonly rows: { readonly input: number } & RowBooks;
  readonly handler: { readonly processed: number; readonly rejected: number };
  /** Tokens of all rounds, those of blocked and failed rows among them. */
  readonly usage: TokenUsage;
  /** The same by what answered, as the service names it; the run's model where it names none. */
  readonly usageByModel?: Readonly<Record<string, TokenUsage>>;
  /** With which word the answers of answered rows ended, and how many; `NONE` where the service gave no word. */
  readonly finishReasons?: Readonly<Record<string, number>>;
  /** From the tokens and a price table, by its day. null where a price isn't known; `estimatedUsd` is null without an estimate. */
  readonly cost: { readonly usd: number; readonly estimatedUsd: number | null; readonly priceTable: string } | null;
  readonly startTime: string;
  readonly endTime: string;
  readonly queuedSeconds: number | null;
  readonly runningSeconds: number | null;
  readonly validation: ValidationCounts;
  readonly jobs: readonly {
    readonly name: string;
    readonly state: string;
    readonly part: number;
    readonly round: number;
    readonly outputDirectory: string | null;
    readonly error: { readonly code: number; readonly message: string } | null;
  }[];
  readonly jobCount: number;
  /** What was loaded into the tables that the request names; left out where it names none. */
  readonly loaded?: readonly {
    readonly purpose: 'results' | 'errors' | 'dead-letters';
    /** Of dead letters, the table that was made for them. */
    readonly uri: string;
    readonly rows: number;
  }[];
  readonly directory: string;
  readonly results: { readonly uri: string; readonly files: number; readonly rows: number; readonly bytes: number };
  readonly deadLetters: string | null;
  readonly errors: string | null;
  readonly rejected: string | null;
  readonly validationReport: string | null;
  readonly manifest: string | null;
}

export interface CancelBatchInput {
  readonly reason?: string;
  /** Collect the rows that were finished and billed. @default true */
  readonly salvage?: boolean;
}

export interface AdoptJobInput {
  /** Key of the open claim; may be left out while only one is open. */
  readonly claim?: string;
  /** `projects/…/locations/…/batchPredictionJobs/…` */
  readonly name: string;
}

export interface ResubmitInput {
  /** Key of the open claim; may be left out while only one is open. */
  readonly claim?: string;
}
