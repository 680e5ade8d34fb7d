/** A batch prediction job as we use it; counts are numbers, unknown ones null. */
export interface VertexJob {
  /** `projects/{number}/locations/{location}/batchPredictionJobs/{id}` */
  readonly name: string;
  readonly displayName: string;
  readonly model: string;
  /** As the service spells it; may be a state that we don't know. */
  readonly state: string;
  /** `google.rpc.Status`; `code` is a gRPC code. */
  readonly error: { readonly code: number; readonly message: string } | null;
  readonly counts: { readonly succeeded: number; readonly failed: number; readonly incomplete: number | null } | null;
  /** `gs://…` without a slash at the end, or `bq://…`. */
  readonly outputDirectory: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly createTime: string | null;
  readonly startTime: string | null;
  readonly endTime: string | null;
  readonly updateTime: string | null;
}

/** A job with what it was asked to do, which lists of URIs can make long: for looks that aren't recorded in a history. */
export interface VertexJobDescription extends VertexJob {
  /** What it reads: `gs://` objects and wildcards, or one `bq://` table; empty for a source of another kind. */
  readonly inputUris: readonly string[];
  /** `gs://bucket/prefix` below which its output directory is made, or the `bq://` table it writes. */
  readonly outputUri: string | null;
}

/** What a create sends. */
export interface NewVertexJob {
  readonly displayName: string;
  /** `publishers/google/models/M` or `projects/P/locations/L/models/ID[@version]` */
  readonly model: string;
  readonly inputUris: readonly string[];
  /** `gs://bucket/prefix`, or `bq://project[.dataset[.table]]`. */
  readonly outputUri: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** `projects/P/locations/L` */
export interface VertexParent {
  readonly project: string;
  readonly location: string;
}

export interface CallOptions {
  /** The call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Bound of the whole call; of each page of a listing. @default 30000 */
  readonly timeoutMs?: number;
}

/** The verbs of `batchPredictionJobs`. Every method makes exactly one request a page, never retries, and throws `GatewayError`. */
export interface VertexJobs {
  create(parent: VertexParent, job: NewVertexJob, options?: CallOptions): Promise<VertexJob>;
  /** `name` as the service gave it; the host follows from its location. */
  get(name: string, options?: CallOptions): Promise<VertexJob>;
  /** As `get`, with what the job was asked to do. */
  describe(name: string, options?: CallOptions): Promise<VertexJobDescription>;
  /** All pages. `filter` as the API documents it. */
  list(parent: VertexParent, filter: string, options?: CallOptions): AsyncIterable<VertexJob>;
  /** Asks; the job ends later, or not. Kind `precondition` when it had ended already. */
  cancel(name: string, options?: CallOptions): Promise<void>;
  delete(name: string, options?: CallOptions): Promise<void>;
}
