import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GatewayError } from '../gateways/gateway-error';
import type { ObjectStore, ReadOptions, StoredObject, WriteOptions } from '../gateways/object-store';
import { Crc32c } from '../rows/crc32c';

/** A file of this machine, under the name that messages give it. */
export interface LocalFile {
  readonly uri: string;
  readonly path: string;
  readonly size: number;
}

/** Cloud Storage, opened when it is needed. */
export type RemoteStore = () => ObjectStore;

const PREFIX = 'gs://scratch/';

/**
 * Lets the activities of a run work without a run: they read local files and what lies in Cloud Storage, and what they
 * write goes to a directory of its own, which `dispose` deletes.
 */
export class ScratchStore implements ObjectStore {
  /** Where whoever uses the store writes. */
  readonly prefix = PREFIX;
  /** Hears of the bytes of the input that are read. */
  onInputRead: (bytes: number) => void = () => {};
  readonly #directory: string;
  readonly #local: ReadonlyMap<string, LocalFile>;
  readonly #remote: RemoteStore;
  readonly #written = new Map<string, { readonly object: StoredObject; readonly path: string }>();

  static async create(local: readonly LocalFile[], remote: RemoteStore): Promise<ScratchStore> {
    return new ScratchStore(await mkdtemp(join(tmpdir(), 'vertex-batch-')), local, remote);
  }

  private constructor(directory: string, local: readonly LocalFile[], remote: RemoteStore) {
    this.#directory = directory;
    this.#local = new Map(local.map((file) => [file.uri, file]));
    this.#remote = remote;
  }

  async dispose(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  async find(uri: string, options: { readonly signal?: AbortSignal } = {}): Promise<StoredObject | undefined> {
    return uri.startsWith(PREFIX) ? this.#written.get(uri)?.object : this.#remote().find(uri, options);
  }

  async *list(prefixUri: string, options: { readonly signal?: AbortSignal } = {}): AsyncIterable<StoredObject> {
    if (!prefixUri.startsWith(PREFIX)) {
      yield* this.#remote().list(prefixUri, options);
      return;
    }
    const uris = [...this.#written.keys()].filter((uri) => uri.startsWith(prefixUri)).toSorted();
    for (const uri of uris) yield this.#written.get(uri)!.object;
  }

  read(uri: string, options: ReadOptions = {}): AsyncIterable<Buffer> {
    const local = this.#local.get(uri);
    if (local !== undefined) return this.#counted(bytesOf(local.path, local.size, options));
    if (!uri.startsWith(PREFIX)) return this.#counted(this.#remote().read(uri, options));
    const written = this.#written.get(uri);
    if (written === undefined) throw new GatewayError('not-found', `${uri} isn't there.`);
    return bytesOf(written.path, written.object.size, options);
  }

  async *#counted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of chunks) {
      this.onInputRead(chunk.length);
      yield chunk;
    }
  }

  async write(
    uri: string,
    content: Buffer | string | AsyncIterable<Buffer | string>,
    options: WriteOptions = {},
  ): Promise<StoredObject> {
    if (!uri.startsWith(PREFIX)) throw notHere('write', uri);
    if (options.ifGenerationMatch === 0 && this.#written.has(uri)) {
      throw new GatewayError('precondition', `${uri} is there already.`);
    }
    const generation = String(this.#written.size + 1);
    const path = join(this.#directory, generation);
    const crc32c = new Crc32c();
    let size = 0;
    const pieces = typeof content === 'string' || Buffer.isBuffer(content) ? [content] : content;
    const counted = Readable.from(
      (async function* () {
        for await (const piece of pieces) {
          const bytes = Buffer.from(piece);
          size += bytes.length;
          crc32c.update(bytes);
          if (bytes.length > 0) yield bytes;
        }
      })(),
    );
    await pipeline(counted, createWriteStream(path));
    const object = { uri, generation, size, crc32c: String(crc32c), updated: new Date().toISOString() };
    this.#written.set(uri, { object, path });
    return object;
  }

  compose(_: readonly StoredObject[], uri: string): Promise<StoredObject> {
    throw notHere('compose', uri);
  }

  copy(_: StoredObject, uri: string): Promise<StoredObject> {
    throw notHere('copy', uri);
  }

  delete(uri: string): Promise<boolean> {
    throw notHere('delete', uri);
  }
}

async function* bytesOf(
  path: string,
  size: number,
  { from = 0, to = size, signal }: ReadOptions,
): AsyncGenerator<Buffer> {
  const end = Math.min(to, size);
  if (from >= end) return;
  const stream = createReadStream(path, {
    start: from,
    end: end - 1,
    highWaterMark: 1024 * 1024,
    ...(signal && { signal }),
  });
  for await (const chunk of stream) yield chunk as Buffer;
}

function notHere(verb: string, uri: string): GatewayError {
  return new GatewayError('invalid-request', `Validation doesn't ${verb} ${uri}.`);
}
