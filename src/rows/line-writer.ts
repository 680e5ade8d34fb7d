import type { ObjectStore, StoredObject } from '../gateways/object-store';
import { type DataObject, dataObject } from './commits';

/** Bytes of lines that are handed to the store at a time. */
const CHUNK_BYTES = 256 * 1024;
/** Chunks that wait for the store before the writer is full. */
const MAX_WAITING = 4;

/**
 * Writes one object of JSON lines as they come; nothing is written when none come. Memory: some chunks.
 * Whoever adds lines awaits {@link drain} whenever {@link isFull} says so.
 */
export class LineWriter {
  readonly #store: ObjectStore;
  readonly #uri: string;
  readonly #abort = new AbortController();
  #written: Promise<StoredObject> | undefined;
  #lines: Buffer[] = [];
  #lineBytes = 0;
  #waiting: Buffer[] = [];
  #ended = false;
  #wakeStore: () => void = () => {};
  #wakeWriter: () => void = () => {};
  #rows = 0;
  #bytes = 0;

  constructor(store: ObjectStore, uri: string) {
    this.#store = store;
    this.#uri = uri;
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

  /** Adds a line and its line feed; tells where the line stands, the line feed left out. */
  add(line: string | Buffer): { readonly offset: number; readonly length: number } {
    const content = typeof line === 'string' ? Buffer.from(`${line}\n`) : Buffer.concat([line, LINE_FEED]);
    const place = { offset: this.#bytes, length: content.length - 1 };
    this.#lines.push(content);
    this.#lineBytes += content.length;
    this.#bytes += content.length;
    this.#rows += 1;
    if (this.#lineBytes >= CHUNK_BYTES) this.#handOver();
    return place;
  }

  /** Resolves when more lines may be added; rejects when the store refused the object. */
  async drain(): Promise<void> {
    while (this.isFull) {
      const space = new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
      await Promise.race([space, this.#written]);
    }
  }

  /** The object, once the store has all of it; null when there were no lines. */
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
    if (this.#lineBytes > 0) this.#waiting.push(Buffer.concat(this.#lines));
    this.#lines = [];
    this.#lineBytes = 0;
    this.#wakeStore();
    if (this.#written !== undefined) return;
    this.#written = this.#store.write(this.#uri, this.#chunks(), {
      ifGenerationMatch: 0,
      contentType: 'application/x-ndjson',
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
      if (chunk !== undefined) yield chunk;
      else if (this.#ended) return;
      else
        await new Promise<void>((resolve) => {
          this.#wakeStore = resolve;
        });
    }
  }
}

const LINE_FEED = Buffer.from('\n');
