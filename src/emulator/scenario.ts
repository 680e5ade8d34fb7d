/** What the emulated service does, fixed in advance. Everything is optional; the defaults are a quick, well-behaved service. */
export interface Scenario {
  /** Milliseconds a job spends in each state, by state. @default PENDING 20, RUNNING 40, CANCELLING 10, others 20 */
  readonly durations?: Readonly<Record<string, number>>;
  /** The states a job goes through, in place of PENDING, RUNNING and `end`. */
  readonly transitions?: readonly Transition[];
  /** How a job ends that nobody cancels. @default JOB_STATE_SUCCEEDED */
  readonly end?: JobEnd;
  readonly cancel?: CancelBehaviour;
  /** From so many milliseconds after its creation, a job is unknown to the service. */
  readonly vanishAfterMs?: number;
  /** Whether `completionStats` grow while a job runs; otherwise they come with its end. @default true */
  readonly liveStats?: boolean;
  /** Whether EXPIRED and PARTIALLY_SUCCEEDED jobs have an `endTime`; nobody has said so. @default true */
  readonly endTimeAlways?: boolean;
  readonly input?: InputBehaviour;
  readonly requests?: RequestBehaviour;
  readonly output?: OutputBehaviour;
  readonly echo?: EchoBehaviour;
  readonly listing?: ListingBehaviour;
  readonly storage?: StorageBehaviour;
  readonly bigquery?: BigQueryBehaviour;
  readonly access?: AccessBehaviour;
  /** The publisher models that exist, `*` being any characters. @default every one whose id has no "does-not-exist" in it */
  readonly models?: readonly string[] | ((model: string) => boolean);
  /** What happens to some of the rows; the first rule that fits a row decides. */
  readonly rows?: readonly RowRule[];
  /** Calls that go wrong. */
  readonly faults?: readonly FaultRule[];
}

export interface Transition {
  readonly state: string;
  /** Milliseconds in it. @default as in `durations` */
  readonly ms?: number;
  /** Stay until `control` moves the job. */
  readonly hold?: boolean;
  /** For the last one: as in `end`. */
  readonly finishedShare?: number;
  readonly error?: JobError;
}

export interface JobError {
  /** A gRPC code. */
  readonly code: number;
  readonly message: string;
}

export interface JobEnd {
  readonly state: string;
  /** The share of rows that are done by then, 0 to 1. @default 1 for SUCCEEDED, otherwise 0.5, and 0 for a job that EXPIRED in the queue */
  readonly finishedShare?: number;
  /** @default code 13 for FAILED, code 1 for CANCELLED, none otherwise */
  readonly error?: JobError;
}

export interface CancelBehaviour {
  /** Milliseconds in CANCELLING. @default 10 */
  readonly ms?: number;
  /** @default JOB_STATE_CANCELLED */
  readonly end?: string;
}

export interface InputBehaviour {
  /** gRPC code of a job whose URI names no object; unconfirmed, so a setting. @default 3 */
  readonly noMatchCode?: number;
  /** @default 200_000 */
  readonly maxRows?: number;
  /** Bytes in one file. @default 1_000_000_000 */
  readonly maxFileBytes?: number;
  /** What the import makes of a line with nothing but white space; nobody has said so. @default refused */
  readonly blankLines?: 'refused' | 'skipped';
  /** What it makes of a byte order mark before a file's first row; nobody has said so. @default refused */
  readonly byteOrderMark?: 'refused' | 'skipped';
  /** What it makes of a name that an object has twice; nobody has said so. @default refused */
  readonly repeatedNames?: 'refused' | 'last';
  /** What it makes of `fileData` and `file_data` at one place: two columns, or a refusal; nobody has said so. @default taken */
  readonly bothSpellings?: 'taken' | 'refused';
}

export interface RequestBehaviour {
  /** Whether any list may be a single value without brackets, as `parts` may; nobody has said so. @default false */
  readonly loneValues?: boolean;
  /** Whether a schema's `type` may be in lower case, as Google's libraries write it too; nobody has said so. @default true */
  readonly lowerCaseTypes?: boolean;
  /** What becomes of a row with half of a surrogate pair in an escape; nobody has said so. @default taken */
  readonly loneSurrogates?: 'taken' | 'refused';
}

export interface OutputBehaviour {
  /** @default 1 */
  readonly files?: number;
  /** `plain` predictions.jsonl · `numbered` predictions_0001.jsonl · `sharded` predictions.jsonl-00000-of-00002. @default plain for one file, numbered for more */
  readonly naming?: 'plain' | 'numbered' | 'sharded';
  /** A job that does not succeed leaves its rows in incremental_predictions.jsonl. @default false */
  readonly incremental?: boolean;
  /** When `outputInfo` appears; only its presence at the end is known. @default end */
  readonly infoAppears?: 'created' | 'running' | 'end';
  /** The service agent may not write: the job fails with code 7 after the rows were run. @default false */
  readonly denied?: boolean;
  /** @default true */
  readonly shuffle?: boolean;
}

export interface EchoBehaviour {
  /** Whether the output carries the input row's other top-level keys. @default true */
  readonly extraKeys?: boolean;
  /** Whether keys that other rows have come back as null. @default true */
  readonly nullFill?: boolean;
  /** Whether a top-level key whose every value looks like a number comes back as a number. @default false */
  readonly coerceNumericStrings?: boolean;
}

export interface ListingBehaviour {
  /** Milliseconds until a new job is listed. @default 0 */
  readonly lagMs?: number;
  /** Pages, from 1, that come back empty although more follow. */
  readonly missingPages?: readonly number[];
  /** The filter's label terms are taken as true. @default false */
  readonly ignoresLabels?: boolean;
}

export interface StorageBehaviour {
  /** Milliseconds until a new object is listed; the service's own listings don't lag. @default 0 */
  readonly listingLagMs?: number;
  /** What `testIamPermissions` says that the caller may not do. @default none */
  readonly deniedPermissions?: readonly string[];
}

export interface BigQueryBehaviour {
  /** Milliseconds until a load job does its work. @default 20 */
  readonly loadMs?: number;
  /** Whether jobs in `global` may read and write tables, wherever these are; nobody has said so since the preview of 2025, which refused them. @default taken */
  readonly globalJobs?: 'taken' | 'refused';
  /** What becomes of a `request` that is no JSON: its row fails, or the job; nobody has said so. @default row */
  readonly unreadableRequests?: 'row' | 'job';
  /** What becomes of a job whose output table is there already: Google's protocol definition says that it must not be, its documentation doesn't. @default refused */
  readonly existingTable?: 'refused' | 'appended';
  /** Whether output tables have a column `processed_time`; nobody has said so. @default false */
  readonly processedTime?: boolean;
}

/** Who may do what. */
export interface AccessBehaviour {
  /** Permissions that the caller lacks: calls that need one are refused, and `testIamPermissions` leaves it out. @default none */
  readonly denied?: readonly string[];
  /** Members by role in the policy of any project. @default Vertex AI's service agents under `roles/aiplatform.serviceAgent` */
  readonly projectRoles?: Readonly<Record<string, readonly string[]>>;
  /** Members by role in the policy of any bucket. @default none */
  readonly bucketRoles?: Readonly<Record<string, readonly string[]>>;
}

export const ROW_OUTCOMES = [
  'blocked',
  'safety',
  'max-tokens',
  'max-tokens-empty',
  'image',
  'function-call',
  'bad-request',
  'resource-exhausted',
  'unavailable',
  'provisioning',
  'lost',
] as const;

/**
 * `blocked` no candidates · `safety` finishReason SAFETY · `max-tokens` cut off · `max-tokens-empty` cut off before any text ·
 * `image` inlineData · `function-call` · `bad-request`, `resource-exhausted`, `unavailable`, `provisioning` refused rows ·
 * `lost` in no output file and in no count.
 */
export type RowOutcome = (typeof ROW_OUTCOMES)[number];

export interface RowRule {
  readonly outcome: RowOutcome;
  /** The share of rows it meets, 0 to 1, chosen by a hash of the request. @default 1 */
  readonly share?: number;
  /** Only rows whose JSON has this text. */
  readonly containing?: string;
  /** Only the first so many jobs, so that a row refused once can be answered later. */
  readonly firstJobs?: number;
}

export const CALLS = [
  'create',
  'get',
  'list',
  'cancel',
  'delete',
  'operation',
  'model',
  'project',
  'storage.read',
  'storage.write',
  'storage.list',
  'storage.get',
  'storage.delete',
  'storage.other',
  'bigquery.get',
  'bigquery.list',
  'bigquery.read',
  'bigquery.write',
  'bigquery.insert',
  'bigquery.load',
  'bigquery.job',
  'bigquery.query',
  'bigquery.other',
  'unknown',
] as const;

export type Call = (typeof CALLS)[number];

export interface FaultRule {
  readonly call: Call | 'storage.*' | 'bigquery.*' | '*';
  /** Only calls whose path contains this text. */
  readonly path?: string;
  /** How many calls it meets. @default 1 */
  readonly times?: number;
  /** How many calls pass first. @default 0 */
  readonly skip?: number;
  readonly fault: Fault;
}

export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly body?: unknown; readonly retryAfter?: string | number }
  /** The call is carried out; its answer does not arrive. @default as reset */
  | { readonly kind: 'lost-answer'; readonly as?: 'reset' | 'stall' | 'status'; readonly status?: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'stall' }
  /** The connection is reset after so many bytes of the body. */
  | { readonly kind: 'truncate'; readonly afterBytes: number }
  /** The connection is closed politely after so many bytes of the body. @default half of it */
  | { readonly kind: 'half-close'; readonly afterBytes?: number }
  /** A proxy's page. @default status 502 */
  | { readonly kind: 'html'; readonly status?: number }
  | { readonly kind: 'wrong-content-type'; readonly contentType?: string }
  | { readonly kind: 'redirect'; readonly location?: string }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number };
