/** One version of an object. */
export interface StoredObject {
  /** `gs://bucket/name` */
  readonly uri: string;
  /** Decimal digits. */
  readonly generation: string;
  readonly size: number;
  /** Base64 of the big-endian CRC-32C, as Cloud Storage writes it. */
  readonly crc32c: string;
  /** RFC 3339. */
  readonly updated: string;
  readonly contentEncoding?: string;
}

export interface ReadOptions {
  /** Reads this version or fails with `not-found`. @default the live one at the first byte, pinned from there */
  readonly generation?: string;
  /** First byte. @default 0 */
  readonly from?: number;
  /** One past the last byte; may lie behind the end. @default the end */
  readonly to?: number;
  /**
   * The pieces may lie in the same memory again and again, or give theirs back: each holds until the next one is asked for or reading
   * ends, and by then nothing may read it any more. @default false
   */
  readonly reuseMemory?: boolean;
  readonly signal?: AbortSignal;
}

export interface WriteOptions {
  /** `0`: the object must not exist. Without it the write replaces and is not retried by the client library. */
  readonly ifGenerationMatch?: string | 0;
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Objects in Cloud Storage, or in something that behaves like it. Every method throws `GatewayError`;
 * a write whose precondition doesn't hold throws kind `precondition`, and so does a `create` that finds content of another's.
 */
export interface ObjectStore {
  /** The live version, or `undefined`. */
  find(uri: string, options?: { readonly signal?: AbortSignal }): Promise<StoredObject | undefined>;
  /** Live objects under a `gs://bucket/prefix`, in name order, all pages. */
  list(prefixUri: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<StoredObject>;
  /**
   * The bytes, checked by crc32c when the whole object is read. A connection that stalls or is closed early is resumed at the
   * next byte; progress makes the patience start anew.
   */
  read(uri: string, options?: ReadOptions): AsyncIterable<Buffer>;
  /**
   * Writes content as it comes and checks its crc32c. Nothing is visible before it is complete; an abort leaves nothing. The memory of
   * a piece may be that of the next one.
   */
  write(
    uri: string,
    content: Buffer | string | AsyncIterable<Buffer | string>,
    options?: WriteOptions,
  ): Promise<StoredObject>;
  /** Joins 1 to 32 objects of one bucket, in order, on the server. */
  compose(sources: readonly StoredObject[], uri: string, options?: WriteOptions): Promise<StoredObject>;
  /** Copies on the server. */
  copy(source: StoredObject, uri: string, options?: WriteOptions): Promise<StoredObject>;
  /** Whether there was something to delete. */
  delete(uri: string): Promise<boolean>;
}
