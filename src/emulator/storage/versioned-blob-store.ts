import type { BlobEvent, BlobJournal } from './blob-journal';
import { BlobGone, BucketNotFound } from './blob-store';
import type {
  Blob,
  BlobMetadata,
  BlobRange,
  BlobStore,
  BlobUpload,
  Bucket,
  Preconditions,
  WriteBlob,
} from './blob-store';
import { PieceUpload } from './blob-upload';
import type { Content } from './blob-upload';
import { crc32cOfJoined } from './crc32c';
import type { Piece, PieceStore } from './piece-store';
import { assertPreconditions } from './preconditions';
import { SharedPieces } from './shared-pieces';
import { SortedNames } from './sorted-names';

export interface BlobStoreOptions {
  /** @default the machine's clock */
  readonly now?: () => Date;
  /**
   * How many overwritten generations of an object stay readable for those who pin them. 0 is what the service does
   * in a bucket without Object Versioning.
   * @default 3
   */
  readonly keptGenerations?: number;
}

interface Version {
  readonly blob: Blob;
  readonly pieces: readonly Piece[];
}

interface BucketState {
  readonly bucket: Bucket;
  /** By name, the oldest kept generation first, the live one last. */
  readonly objects: Map<string, readonly Version[]>;
  readonly names: SortedNames;
}

/** A store whose descriptions are in memory and whose bytes are wherever its pieces are. */
export class VersionedBlobStore implements BlobStore {
  readonly #buckets = new Map<string, BucketState>();
  readonly #pieceStore: PieceStore;
  readonly #pieces: SharedPieces;
  readonly #now: () => Date;
  readonly #keptGenerations: number;
  #journal: BlobJournal | undefined;
  #lastGeneration = 0;

  constructor(pieceStore: PieceStore, options: BlobStoreOptions = {}) {
    this.#pieceStore = pieceStore;
    this.#pieces = new SharedPieces(pieceStore);
    this.#now = options.now ?? (() => new Date());
    this.#keptGenerations = options.keptGenerations ?? 3;
  }

  createBucket(name: string, options: { location?: string } = {}): void {
    if (this.hasBucket(name)) return;
    const location = (options.location ?? 'US').toUpperCase();
    this.#commit({ type: 'bucket-created', bucket: { name, location, timeCreated: this.#now() } });
  }

  hasBucket(bucket: string): boolean {
    return this.#buckets.has(bucket);
  }

  getBucket(bucket: string): Bucket | undefined {
    return this.#buckets.get(bucket)?.bucket;
  }

  buckets(): Iterable<Bucket> {
    return [...this.#buckets.values()].map(({ bucket }) => bucket);
  }

  deleteBucket(bucket: string): boolean {
    if (!this.hasBucket(bucket)) return false;
    this.#commit({ type: 'bucket-deleted', bucket });
    return true;
  }

  get(bucket: string, name: string, generation?: number): Blob | undefined {
    const versions = this.#versionsOf(bucket, name);
    if (generation === undefined) return versions.at(-1)?.blob;
    return versions.find(({ blob }) => blob.generation === generation)?.blob;
  }

  *list(bucket: string, prefix = ''): Generator<Blob> {
    for (const name of this.#state(bucket).names.withPrefix(prefix)) {
      const live = this.get(bucket, name);
      if (live) yield live;
    }
  }

  *listVersions(bucket: string, prefix = ''): Generator<Blob> {
    for (const name of this.#state(bucket).names.withPrefix(prefix)) {
      for (const { blob } of this.#versionsOf(bucket, name)) yield blob;
    }
  }

  read(blob: Blob, range: BlobRange = {}): AsyncIterable<Uint8Array> {
    const { pieces } = this.#versionOf(blob);
    return this.#pieces.read(pieces, range.start ?? 0, Math.min(range.end ?? blob.size, blob.size));
  }

  async write(
    bucket: string,
    name: string,
    content: AsyncIterable<Uint8Array>,
    options: WriteBlob = {},
  ): Promise<Blob> {
    this.#state(bucket);
    const upload = this.createUpload();
    try {
      for await (const bytes of content) await upload.append(bytes);
    } catch (error) {
      await upload.abort();
      throw error;
    }
    return upload.commit(bucket, name, options);
  }

  createUpload(): BlobUpload {
    return new PieceUpload(
      this.#pieceStore.create(),
      (content, bucket, name, options) => this.#publish(content, bucket, name, options),
      (piece) => this.#pieceStore.remove(piece),
    );
  }

  patch(bucket: string, name: string, changes: BlobMetadata, preconditions: Preconditions = {}): Blob | undefined {
    const live = this.get(bucket, name);
    if (!live) return undefined;
    assertPreconditions(live, preconditions);
    const blob: Blob = { ...live, ...changes, metageneration: live.metageneration + 1, updated: this.#now() };
    this.#commit({ type: 'patched', blob });
    return blob;
  }

  compose(bucket: string, name: string, sources: readonly Blob[], options: WriteBlob = {}): Blob {
    let content: Content = { pieces: [], size: 0, crc32c: 0, md5: undefined, componentCount: 0 };
    for (const source of sources) {
      content = {
        pieces: [...content.pieces, ...this.#versionOf(source).pieces],
        size: content.size + source.size,
        crc32c: crc32cOfJoined(content.crc32c, source.crc32c, source.size),
        md5: undefined,
        componentCount: (content.componentCount ?? 0) + (source.componentCount ?? 1),
      };
    }
    return this.#publish(content, bucket, name, options);
  }

  copy(source: Blob, bucket: string, name: string, options: WriteBlob = {}): Blob {
    const content = { ...source, pieces: this.#versionOf(source).pieces };
    return this.#publish(content, bucket, name, { ...descriptionOf(source), ...options });
  }

  delete(bucket: string, name: string, options: { generation?: number } & Preconditions = {}): boolean {
    const { generation, ...preconditions } = options;
    const blob = this.get(bucket, name, generation);
    if (!blob) return false;
    assertPreconditions(blob, preconditions);
    const isPast = blob.timeDeleted !== undefined;
    this.#commit({ type: 'deleted', bucket, name, ...(isPast ? { generation: blob.generation } : {}) });
    return true;
  }

  /** The events that lead to the present state. */
  protected *history(): Generator<BlobEvent> {
    for (const { bucket, objects } of this.#buckets.values()) {
      yield { type: 'bucket-created', bucket };
      for (const versions of objects.values()) {
        for (const version of versions) yield { type: 'stored', ...version };
      }
    }
  }

  /** Takes a past event in, without writing it anywhere. */
  protected replay(event: BlobEvent): void {
    this.#apply(event);
  }

  protected record(journal: BlobJournal): void {
    this.#journal = journal;
  }

  protected holdsPiece(id: string): boolean {
    return this.#pieces.has(id);
  }

  #publish(content: Content, bucket: string, name: string, options: WriteBlob): Blob {
    this.#state(bucket);
    assertPreconditions(this.get(bucket, name), options);
    const now = this.#now();
    const { pieces, size, crc32c, md5, componentCount } = content;
    const blob: Blob = {
      ...descriptionOf(options),
      bucket,
      name,
      generation: Math.max(this.#lastGeneration + 1, now.getTime() * 1000),
      metageneration: 1,
      size,
      crc32c,
      md5,
      timeCreated: now,
      updated: now,
      componentCount,
    };
    this.#commit({ type: 'stored', blob, pieces });
    return blob;
  }

  #commit(event: BlobEvent): void {
    this.#journal?.append(event);
    this.#apply(event);
  }

  #apply(event: BlobEvent): void {
    switch (event.type) {
      case 'bucket-created':
        this.#buckets.set(event.bucket.name, { bucket: event.bucket, objects: new Map(), names: new SortedNames() });
        return;
      case 'bucket-deleted':
        for (const versions of this.#state(event.bucket).objects.values()) this.#release(versions);
        this.#buckets.delete(event.bucket);
        return;
      case 'stored':
        this.#lastGeneration = Math.max(this.#lastGeneration, event.blob.generation);
        this.#pieces.hold(event.pieces);
        this.#push(event);
        return;
      case 'patched':
        this.#patch(event.blob);
        return;
      case 'deleted':
        this.#drop(event.bucket, event.name, event.generation);
        return;
    }
  }

  #push({ blob, pieces }: Version): void {
    const { objects, names } = this.#state(blob.bucket);
    const past = this.#versionsOf(blob.bucket, blob.name).map((version) => overwritten(version, blob.timeCreated));
    const dropped = past.slice(0, Math.max(past.length - this.#keptGenerations, 0));
    objects.set(blob.name, [...past.slice(dropped.length), { blob, pieces }]);
    names.add(blob.name);
    this.#release(dropped);
  }

  #patch(blob: Blob): void {
    const versions = this.#versionsOf(blob.bucket, blob.name);
    const patched = versions.map((version) =>
      version.blob.generation === blob.generation ? { ...version, blob } : version,
    );
    this.#state(blob.bucket).objects.set(blob.name, patched);
  }

  #drop(bucket: string, name: string, generation: number | undefined): void {
    const { objects, names } = this.#state(bucket);
    const versions = this.#versionsOf(bucket, name);
    const isDropped = ({ blob }: Version) => generation === undefined || blob.generation === generation;
    if (generation === undefined) {
      objects.delete(name);
      names.delete(name);
    } else {
      objects.set(
        name,
        versions.filter((version) => !isDropped(version)),
      );
    }
    this.#release(versions.filter(isDropped));
  }

  #release(versions: readonly Version[]): void {
    for (const { pieces } of versions) this.#pieces.release(pieces);
  }

  #state(bucket: string): BucketState {
    const state = this.#buckets.get(bucket);
    if (!state) throw new BucketNotFound(`The specified bucket does not exist: ${bucket}`);
    return state;
  }

  #versionsOf(bucket: string, name: string): readonly Version[] {
    return this.#buckets.get(bucket)?.objects.get(name) ?? [];
  }

  #versionOf({ bucket, name, generation }: Blob): Version {
    const version = this.#versionsOf(bucket, name).find(({ blob }) => blob.generation === generation);
    if (!version) throw new BlobGone(`gs://${bucket}/${name}#${generation} is no longer kept`);
    return version;
  }
}

function overwritten(version: Version, at: Date): Version {
  if (version.blob.timeDeleted) return version;
  return { ...version, blob: { ...version.blob, timeDeleted: at } };
}

function descriptionOf(source: BlobMetadata) {
  const { contentType, contentEncoding, cacheControl, contentDisposition, contentLanguage, metadata } = source;
  return { contentType, contentEncoding, cacheControl, contentDisposition, contentLanguage, metadata: metadata ?? {} };
}
