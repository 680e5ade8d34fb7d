import type { ObjectStore, StoredObject } from '../gateways/object-store';
import { type DataObject, dataObject } from './commits';

/** Bytes that are handed to the store at a time. */
const CHUNK_BYTES = 256 * 1024;
/** What a chunk has room for beyond its size: most rows that reach over its end. */
const ROOM_FOR_A_ROW = 32 * 1024;
const USUAL_ROOM = CHUNK_BYTES + ROOM_FOR_A_ROW;
/** Chunks that wait for the store before the writer is full. */
const MAX_WAITING = 4;

/**
 * Writes one object row by row; nothing is written when none come. Memory: some chunks.
 * Whoever adds rows awaits {@link drain} whenever {@link isFull} says so.
 */
export class ObjectWriter {
  readonly #store: ObjectStore;
  readonly #uri: string;
  readonly #contentType: string;
  readonly #abort = new AbortController();
  #written: Promise<StoredObject> | undefined;
  #chunk: Buffer = Buffer.alloc(0);
  #chunkBytes = 0;
  #waiting: Buffer[] = [];
  /** Memory of chunks that the store has taken. */
  readonly #idle: Buffer[] = [];
  #ended = false;
  #wakeStore: () => void = () => {};
  #wakeWriter: () => void = () => {};
  #rows = 0;
  #bytes = 0;

  constructor(store: ObjectStore, uri: string, contentType: string) {
    this.#store = store;
    this.#uri = uri;
    this.#contentType = contentType;
  }

  get isFull(): boolean {
    return this.#waiting.length >= MAX_WAITING;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Adds bytes, or text as UTF-8, to the row at hand. */
  protected append(piece: string | Buffer): void {
    // a UTF-16 unit takes three bytes at most
    const room = typeof piece === 'string' ? 3 * piece.length : piece.length;
    if (this.#chunkBytes + room > this.#chunk.length) this.#grow(room);
    const bytes =
      typeof piece === 'string'
        ? this.#chunk.write(piece, this.#chunkBytes)
        : piece.copy(this.#chunk, this.#chunkBytes);
    this.#chunkBytes += bytes;
    this.#bytes += bytes;
  }

  /** Has room for so many bytes more in {@link chunk}, from {@link chunkBytes} on; {@link put} says how many were put there. */
  protected reserve(bytes: number): void {
    if (this.#chunkBytes + bytes > this.#chunk.length) this.#grow(bytes);
  }

  protected get chunk(): Buffer {
    return this.#chunk;
  }

  protected get chunkBytes(): number {
    return this.#chunkBytes;
  }

  protected put(bytes: number): void {
    this.#chunkBytes += bytes;
    this.#bytes += bytes;
  }

  /** The row at hand has all its bytes. */
  protected endRow(): void {
    this.#rows += 1;
    if (this.#chunkBytes >= CHUNK_BYTES) this.#handOver();
  }

  #grow(room: number): void {
    const bytes = Math.max(CHUNK_BYTES, this.#chunkBytes + room) + ROOM_FOR_A_ROW;
    const idle = bytes === USUAL_ROOM ? this.#idle.pop() : undefined;
    const larger = idle ?? Buffer.allocUnsafeSlow(bytes);
    this.#chunk.copy(larger, 0, 0, this.#chunkBytes);
    this.#chunk = larger;
  }

  /** Resolves when more rows may be added; rejects when the store refused the object. */
  async drain(): Promise<void> {
    while (this.isFull) {
      const space = new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
      await Promise.race([space, this.#written]);
    }
  }

  /** The object, once the store has all of it; null when there were no rows. */
  async close(): Promise<DataObject | null> {
    this.#ended = true;
    if (this.#rows === 0) return null;
    this.#handOver();
    if (this.#written === undefined) return null;
    return dataObject(await this.#written, this.#rows);
  }

  /** Leaves nothing behind, unless the object was closed. */
  async abandon(): Promise<void> {
    if (this.#ended && this.#waiting.length === 0) return;
    this.#abort.abort();
    this.#wakeStore();
    await this.#written?.catch(() => {});
  }

  #handOver(): void {
    if (this.#chunkBytes > 0) this.#waiting.push(this.#chunk.subarray(0, this.#chunkBytes));
    this.#chunk = Buffer.alloc(0);
    this.#chunkBytes = 0;
    this.#wakeStore();
    if (this.#written !== undefined) return;
    this.#written = this.#store.write(this.#uri, this.#chunks(), {
      ifGenerationMatch: 0,
      contentType: this.#contentType,
      signal: this.#abort.signal,
    });
    // Whoever drains or closes hears of it.
    this.#written.catch(() => {});
  }

  async *#chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      this.#abort.signal.throwIfAborted();
      const chunk = this.#waiting.shift();
      this.#wakeWriter();
      if (chunk !== undefined) {
        yield chunk;
        if (chunk.buffer.byteLength === USUAL_ROOM) this.#idle.push(Buffer.from(chunk.buffer));
      } else if (this.#ended) return;
      else
        await new Promise<void>((resolve) => {
          this.#wakeStore = resolve;
        });
    }
  }
}
