import { randomUUID } from 'node:crypto';

import { hashesOfHeader } from './announced-hashes';
import type { Blob, BlobStore, BlobUpload, WriteBlob } from './blob-store';
import { contentRangeOf } from './content-range';
import type { ContentRange } from './content-range';
import { BlockFiller } from './piece-store';
import { bytesOf } from './storage-call';
import { invalid, StorageError } from './storage-error';

/** The service keeps whole quanta only: what arrived beyond the last one is sent again. */
const QUANTUM = 256 * 1024;

export type UploadProgress =
  | { readonly kind: 'incomplete'; readonly received: number }
  | { readonly kind: 'complete'; readonly blob: Blob };

/** The resumable uploads that were begun and what has arrived of each. */
export class ResumableUploads {
  readonly #blobs: BlobStore;
  readonly #sessions = new Map<string, UploadSession>();

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  start(bucket: string, name: string, options: WriteBlob): string {
    const id = randomUUID();
    const commit = (upload: BlobUpload, hashes: WriteBlob) => upload.commit(bucket, name, { ...options, ...hashes });
    this.#sessions.set(id, new UploadSession(this.#blobs.createUpload(), commit));
    return id;
  }

  proceed(id: string, request: Request): Promise<UploadProgress> {
    return this.#session(id).proceed(request);
  }

  async cancel(id: string): Promise<void> {
    await this.#session(id).cancel();
    this.#sessions.delete(id);
  }

  #session(id: string): UploadSession {
    const session = this.#sessions.get(id);
    if (!session) throw new StorageError(404, 'notFound', 'The upload session does not exist.');
    return session;
  }
}

class UploadSession {
  readonly #upload: BlobUpload;
  readonly #commit: (upload: BlobUpload, hashes: WriteBlob) => Promise<Blob>;
  #quanta = new BlockFiller(QUANTUM);
  #received = 0;
  #finished: Promise<Blob> | undefined;
  #turn = Symbol('no request yet');
  #appending: Promise<void> = Promise.resolve();

  constructor(upload: BlobUpload, commit: (upload: BlobUpload, hashes: WriteBlob) => Promise<Blob>) {
    this.#upload = upload;
    this.#commit = commit;
  }

  async proceed(request: Request): Promise<UploadProgress> {
    const turn = await this.#takeTurn();
    if (this.#finished) return { kind: 'complete', blob: await this.#finished };
    const range = contentRangeOf(request.headers);
    if (range.kind === 'bytes') await this.#take(turn, request, range.start);
    if (!endsAt(range, this.#received)) return { kind: 'incomplete', received: this.#upload.size };
    this.#finished = this.#finish(hashesOfHeader(request.headers.get('x-goog-hash')));
    return { kind: 'complete', blob: await this.#finished };
  }

  async cancel(): Promise<void> {
    await this.#takeTurn();
    if (!this.#finished) await this.#upload.abort();
  }

  /** A request that stalled must not go on writing once another has been told how far it got. */
  async #takeTurn(): Promise<symbol> {
    const turn = Symbol('turn');
    this.#turn = turn;
    await this.#appending;
    this.#quanta = new BlockFiller(QUANTUM);
    this.#received = this.#upload.size;
    return turn;
  }

  async #take(turn: symbol, request: Request, start: number): Promise<void> {
    let repeated = this.#received - start;
    if (repeated < 0) throw invalid(`The content goes on at byte ${this.#received}, not at ${start}.`);
    for await (const bytes of bytesOf(request)) {
      if (turn !== this.#turn) throw new StorageError(409, 'conflict', 'Another request has continued this upload.');
      this.#appending = this.#append(bytes.subarray(repeated));
      await this.#appending;
      repeated = Math.max(repeated - bytes.length, 0);
    }
  }

  async #append(bytes: Uint8Array): Promise<void> {
    this.#received += bytes.length;
    for (const quantum of this.#quanta.fill(bytes)) await this.#upload.append(quantum);
  }

  async #finish(hashes: WriteBlob): Promise<Blob> {
    await this.#upload.append(this.#quanta.rest());
    return this.#commit(this.#upload, hashes);
  }
}

/** Whether nothing is to follow. A request that knows neither its end nor the total carries all there is. */
function endsAt(range: ContentRange, received: number): boolean {
  if (range.total !== undefined) return received === range.total;
  return range.kind === 'bytes' && range.end === undefined;
}
