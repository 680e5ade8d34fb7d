import { crc32cOf, toBase64Crc32c } from '../rows/crc32c';
import { GatewayError } from './gateway-error';
import { parseGsUri, parseObjectUri } from './gs-uri';
import type { ObjectStore, ReadOptions, StoredObject, WriteOptions } from './object-store';
import { assertComposable } from './storage-compose';
import { refusedStorage, type StorageAct } from './storage-failure';

const PIECE_BYTES = 64 * 1024;

interface Version {
  readonly object: StoredObject;
  readonly content: Buffer;
}

/** {@link ObjectStore} in memory: every bucket exists, overwritten and deleted versions can still be read by generation. */
export class MemoryObjectStore implements ObjectStore {
  readonly #live = new Map<string, Version>();
  readonly #versions = new Map<string, Version>();
  readonly #now: () => Date;
  #generation = 0;

  /** @param now Time stamps of objects come from here. @default the machine's clock */
  constructor(now: () => Date = () => new Date()) {
    this.#now = now;
  }

  async find(uri: string, options: { readonly signal?: AbortSignal } = {}): Promise<StoredObject | undefined> {
    options.signal?.throwIfAborted();
    parseObjectUri(uri);
    return this.#live.get(uri)?.object;
  }

  async *list(prefixUri: string, options: { readonly signal?: AbortSignal } = {}): AsyncIterable<StoredObject> {
    const { bucket, name } = parseGsUri(prefixUri);
    const uris = [...this.#live.keys()].filter((uri) => uri.startsWith(`gs://${bucket}/${name}`));
    for (const uri of uris.sort(byBytes)) {
      options.signal?.throwIfAborted();
      const version = this.#live.get(uri);
      if (version) yield version.object;
    }
  }

  async *read(uri: string, options: ReadOptions = {}): AsyncIterable<Buffer> {
    parseObjectUri(uri);
    const { generation, from = 0, to, reuseMemory = false } = options;
    const version = generation === undefined ? this.#live.get(uri) : this.#versions.get(`${uri}#${generation}`);
    if (!version) throw refusedStorage({ verb: 'read', uri }, { status: 404, body: '' });
    const content = version.content.subarray(from, to);
    for (let at = 0; at < content.length; at += PIECE_BYTES) {
      options.signal?.throwIfAborted();
      // A copy: what a reader does to its bytes must not change the object.
      const piece = Buffer.from(content.subarray(at, at + PIECE_BYTES));
      try {
        yield piece;
      } finally {
        // who keeps a piece that he said he wouldn't shall notice it
        if (reuseMemory) piece.fill(0xff);
      }
    }
  }

  async write(
    uri: string,
    content: Buffer | string | AsyncIterable<Buffer | string>,
    options: WriteOptions = {},
  ): Promise<StoredObject> {
    parseObjectUri(uri);
    const pieces: Buffer[] = [];
    for await (const piece of typeof content === 'string' || Buffer.isBuffer(content) ? [content] : content) {
      options.signal?.throwIfAborted();
      pieces.push(Buffer.from(piece));
    }
    return this.#put({ verb: 'write', uri }, Buffer.concat(pieces), options);
  }

  async compose(sources: readonly StoredObject[], uri: string, options: WriteOptions = {}): Promise<StoredObject> {
    const act: StorageAct = { verb: 'compose', uri };
    assertComposable(act, sources);
    return this.#put(act, Buffer.concat(sources.map((source) => this.#contentOf(act, source))), options);
  }

  async copy(source: StoredObject, uri: string, options: WriteOptions = {}): Promise<StoredObject> {
    const act: StorageAct = { verb: 'copy', uri };
    parseObjectUri(uri);
    return this.#put(act, this.#contentOf(act, source), options);
  }

  async delete(uri: string): Promise<boolean> {
    parseObjectUri(uri);
    return this.#live.delete(uri);
  }

  #contentOf(act: StorageAct, source: StoredObject): Buffer {
    const version = this.#versions.get(`${source.uri}#${source.generation}`);
    if (version) return version.content;
    throw new GatewayError(
      'not-found',
      `Cannot ${act.verb} ${act.uri}: there is no ${source.uri}#${source.generation}.`,
    );
  }

  #put(act: StorageAct, content: Buffer, { ifGenerationMatch, signal }: WriteOptions): StoredObject {
    signal?.throwIfAborted();
    const standing = this.#live.get(act.uri)?.object.generation ?? '0';
    if (ifGenerationMatch !== undefined && standing !== String(ifGenerationMatch)) {
      throw refusedStorage(act, { status: 412, body: '' });
    }
    this.#generation += 1;
    const object: StoredObject = {
      uri: act.uri,
      generation: String(this.#generation),
      size: content.length,
      crc32c: toBase64Crc32c(crc32cOf(content)),
      updated: this.#now().toISOString(),
    };
    const version = { object, content };
    this.#live.set(act.uri, version);
    this.#versions.set(`${act.uri}#${object.generation}`, version);
    return object;
  }
}

/** Cloud Storage lists in the order of the names' UTF-8 bytes, which is not that of JavaScript's strings. */
function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
