/** One version of a stored object, as the emulator keeps it. */
export interface Blob {
  readonly bucket: string;
  readonly name: string;
  readonly generation: number;
  readonly metageneration: number;
  readonly size: number;
  /** CRC-32C of the content, unsigned. */
  readonly crc32c: number;
  /** MD5 in base64; a composed object has none. */
  readonly md5: string | undefined;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly timeCreated: Date;
  readonly updated: Date;
  /** When a newer generation took this one's place. */
  readonly timeDeleted?: Date | undefined;
  readonly componentCount: number | undefined;
}

export interface Bucket {
  readonly name: string;
  /** As Cloud Storage writes it, in capitals. @default 'US' */
  readonly location: string;
  readonly timeCreated: Date;
}

export interface BlobRange {
  /** First byte. @default 0 */
  readonly start?: number;
  /** One past the last byte. @default the size */
  readonly end?: number;
}

/** What must hold of the live object at the moment of the commit; an absent object has generation 0. */
export interface Preconditions {
  /** The write happens only if the live generation is this one; 0 means that no live object may exist. */
  readonly ifGenerationMatch?: number;
  readonly ifGenerationNotMatch?: number;
  readonly ifMetagenerationMatch?: number;
  readonly ifMetagenerationNotMatch?: number;
}

/** What a caller may say about an object; absent fields are unset. */
export interface BlobMetadata {
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface WriteBlob extends BlobMetadata, Preconditions {
  /** The checksum that the caller computed. */
  readonly crc32c?: number;
  /** The digest that the caller computed, in base64. */
  readonly md5?: string;
}

/** An object on its way in: nothing of it is visible before `commit`. */
export interface BlobUpload {
  /** Bytes taken so far. */
  readonly size: number;
  append(bytes: Uint8Array): Promise<void>;
  /**
   * @throws {PreconditionFailed} when a precondition does not hold at this moment
   * @throws {ContentMismatch} when the content has not the checksum that the caller gave
   */
  commit(bucket: string, name: string, options?: WriteBlob): Promise<Blob>;
  abort(): Promise<void>;
}

/** What the storage part keeps and the Vertex part reads and writes. Content is always streamed. */
export interface BlobStore {
  createBucket(bucket: string, options?: { location?: string }): void;
  hasBucket(bucket: string): boolean;
  getBucket(bucket: string): Bucket | undefined;
  buckets(): Iterable<Bucket>;
  /** Takes every object of the bucket along. */
  deleteBucket(bucket: string): boolean;
  /** The live version, or the one of that generation while it is kept. */
  get(bucket: string, name: string, generation?: number): Blob | undefined;
  /** Live objects in the order of their names' UTF-8 bytes. */
  list(bucket: string, prefix?: string): Iterable<Blob>;
  /** As `list`, each live object after the older generations that are still kept. */
  listVersions(bucket: string, prefix?: string): Iterable<Blob>;
  read(blob: Blob, range?: BlobRange): AsyncIterable<Uint8Array>;
  /** @throws {PreconditionFailed} when `ifGenerationMatch` does not hold at the moment of the commit */
  write(bucket: string, name: string, content: AsyncIterable<Uint8Array>, options?: WriteBlob): Promise<Blob>;
  createUpload(): BlobUpload;
  /** Changes what is said about the live object; a field given as `undefined` is unset, an absent one stays. */
  patch(bucket: string, name: string, changes: BlobMetadata, preconditions?: Preconditions): Blob | undefined;
  /** Lays contents end to end without copying them. */
  compose(bucket: string, name: string, sources: readonly Blob[], options?: WriteBlob): Blob;
  /** A new object with the content of another, which isn't copied; `options` replace what the source says about itself. */
  copy(source: Blob, bucket: string, name: string, options?: WriteBlob): Blob;
  /** Deletes the live object and what is kept of its past, or one past generation alone. */
  delete(bucket: string, name: string, options?: { generation?: number } & Preconditions): boolean;
}

/** A write or delete came too late: the live object isn't the one that the caller meant. */
export class PreconditionFailed extends Error {
  override readonly name = 'PreconditionFailed';
}

/** The content that arrived isn't the content that the caller announced. */
export class ContentMismatch extends Error {
  override readonly name = 'ContentMismatch';
}

/** The bucket doesn't exist. */
export class BucketNotFound extends Error {
  override readonly name = 'BucketNotFound';
}

/** The generation was overwritten or deleted and is no longer kept. */
export class BlobGone extends Error {
  override readonly name = 'BlobGone';
}
