import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { failedInTemporary } from '../rows/temporary-files';
import type { LocalFile } from './local-version';

export type Pieces = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** Keeps what can be read only once in files of its own, until it is disposed of. */
export class Spool {
  readonly #signal: AbortSignal | undefined;
  readonly #onSpooled: (bytes: number) => void;
  #directory: string | undefined;
  #files = 0;

  constructor({
    signal,
    onSpooled = () => {},
  }: { readonly signal?: AbortSignal; readonly onSpooled?: (bytes: number) => void } = {}) {
    this.#signal = signal;
    this.#onSpooled = onSpooled;
  }

  /** @throws {BatchError} naming the directory for temporary files and the remedy when it is full or can't be written */
  async add(name: string, pieces: Pieces): Promise<LocalFile> {
    this.#directory ??= await newDirectory(name);
    const path = join(this.#directory, `${++this.#files}.jsonl`);
    let size = 0;
    const count = (bytes: number): void => {
      size += bytes;
      this.#onSpooled(bytes);
    };
    try {
      await pipeline(Readable.from(counted(pieces, count)), createWriteStream(path), {
        ...(this.#signal && { signal: this.#signal }),
      });
    } catch (error) {
      throw (error as NodeJS.ErrnoException).syscall === 'write' ? failedInTemporary(error, tmpdir(), name) : error;
    }
    return { uri: name, path, size, version: null };
  }

  async dispose(): Promise<void> {
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true, force: true });
  }
}

async function newDirectory(name: string): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'vertex-batch-spool-'));
  } catch (error) {
    throw failedInTemporary(error, tmpdir(), name);
  }
}

async function* counted(pieces: Pieces, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    count(bytes.length);
    if (bytes.length > 0) yield bytes;
  }
}
