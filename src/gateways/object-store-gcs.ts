import { crc32cOf, toBase64Crc32c } from '../rows/crc32c';
import type { AccessTokens } from './access-tokens';
import { AccessTokensGoogle } from './access-tokens-google';
import { parseEndpoint } from './endpoint';
import { isGatewayError } from './gateway-error';
import { parseGsUri, parseObjectUri } from './gs-uri';
import type { ObjectStore, ReadOptions, StoredObject, WriteOptions } from './object-store';
import { Patience, type PatienceOptions } from './patience';
import { StorageConnection } from './storage-connection';
import { assertComposable, composeObjects, contentOf, copyObject } from './storage-compose';
import { download } from './storage-download';
import { brokenStorage, type StorageAct } from './storage-failure';
import { deleteObject, findObject, listPage } from './storage-lookup';
import { chunksOf, uploadInChunks, uploadWhole } from './storage-upload';
import type { RequestObserver } from './request-observer';

const GOOGLE_ENDPOINT = 'https://storage.googleapis.com';
const DEFAULT_IDLE_MS = 30_000;
/** The chunks of a resumable upload are multiples of this. */
const CHUNK_UNIT_BYTES = 256 * 1024;
const DEFAULT_CHUNK_BYTES = 32 * CHUNK_UNIT_BYTES;

export interface ObjectStoreGcsOptions extends PatienceOptions {
  /** @default Application Default Credentials */
  readonly tokens?: AccessTokens;
  /** Another address of the service, such as an emulator's; credentials go there only as `parseEndpoint` says. */
  readonly apiEndpoint?: string;
  /** Hosts besides Google's that may see credentials. @default none */
  readonly trustedHosts?: readonly string[];
  /** A connection on which nothing moves for so long, in milliseconds, is given up. @default 30000 */
  readonly idleMs?: number;
  /** Size of an upload's chunks in bytes, and of the largest upload in one request; a multiple of 256 KiB. @default 8 MiB */
  readonly chunkBytes?: number;
  readonly observe?: RequestObserver;
}

/** {@link ObjectStore} in Cloud Storage. */
export class ObjectStoreGcs implements ObjectStore {
  readonly #connection: StorageConnection;
  readonly #patience: Patience;
  readonly #chunkBytes: number;

  /** @throws {GatewayError} `invalid-request` for an endpoint that may not see credentials */
  constructor(options: ObjectStoreGcsOptions = {}) {
    const endpoint = parseEndpoint(options.apiEndpoint ?? GOOGLE_ENDPOINT, options.trustedHosts);
    const tokens = options.tokens ?? new AccessTokensGoogle();
    const idleMs = options.idleMs ?? DEFAULT_IDLE_MS;
    this.#connection = new StorageConnection(endpoint, tokens, idleMs, options.observe);
    this.#patience = new Patience(options);
    this.#chunkBytes = chunkBytesOf(options);
  }

  async find(uri: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<StoredObject | undefined> {
    parseObjectUri(uri);
    try {
      return await this.#patience.retry(() => findObject(this.#connection, { verb: 'find', uri }, signal), signal);
    } catch (error) {
      if (isGatewayError(error, 'not-found')) return undefined;
      throw error;
    }
  }

  async *list(prefixUri: string, { signal }: { readonly signal?: AbortSignal } = {}): AsyncIterable<StoredObject> {
    const act: StorageAct = { verb: 'list', uri: prefixUri };
    parseGsUri(prefixUri);
    let pageToken: string | undefined;
    do {
      const page = await this.#patience.retry(() => listPage(this.#connection, act, pageToken, signal), signal);
      yield* page.objects;
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
  }

  read(uri: string, options: ReadOptions = {}): AsyncIterable<Buffer> {
    return download(this.#connection, this.#patience, uri, options);
  }

  async write(
    uri: string,
    content: Buffer | string | AsyncIterable<Buffer | string>,
    options: WriteOptions = {},
  ): Promise<StoredObject> {
    parseObjectUri(uri);
    const act: StorageAct = { verb: 'write', uri };
    const chunks = chunksOf(content, this.#chunkBytes);
    try {
      const first = await chunks.next();
      if (first.done) throw new TypeError('a content has at least one chunk');
      if (first.value.last) return await this.#writeWhole(act, first.value.bytes, options);
      return await uploadInChunks(this.#connection, this.#patience, act, startingWith(first.value, chunks), options);
    } finally {
      // The source of the content may hold a connection of its own.
      await chunks.return(undefined);
    }
  }

  async compose(sources: readonly StoredObject[], uri: string, options: WriteOptions = {}): Promise<StoredObject> {
    const act: StorageAct = { verb: 'compose', uri };
    assertComposable(act, sources);
    const own = contentOf(sources);
    const compose = async (): Promise<StoredObject> => {
      const composed = await composeObjects(this.#connection, act, sources, options);
      if (isContent(composed, own)) return composed;
      throw brokenStorage(act, new Error(`crc32c is ${composed.crc32c} where the sources make ${own.crc32c}`));
    };
    return this.#conditionally(act, options, compose, (found) => isContent(found, own));
  }

  async copy(source: StoredObject, uri: string, options: WriteOptions = {}): Promise<StoredObject> {
    const act: StorageAct = { verb: 'copy', uri };
    const copy = (): Promise<StoredObject> => copyObject(this.#connection, act, source, options);
    return this.#conditionally(act, options, copy, (found) => isContent(found, source));
  }

  async delete(uri: string): Promise<boolean> {
    parseObjectUri(uri);
    let attempts = 0;
    try {
      await this.#patience.retry(() => {
        attempts += 1;
        return deleteObject(this.#connection, { verb: 'delete', uri });
      });
      return true;
    } catch (error) {
      // After a lost answer, nothing is left because the attempt before deleted it.
      if (isGatewayError(error, 'not-found')) return attempts > 1;
      throw error;
    }
  }

  #writeWhole(act: StorageAct, bytes: Buffer, options: WriteOptions): Promise<StoredObject> {
    const own = { size: bytes.length, crc32c: toBase64Crc32c(crc32cOf(bytes)) };
    const upload = (): Promise<StoredObject> => uploadWhole(this.#connection, act, bytes, own.crc32c, options);
    return this.#conditionally(act, options, upload, (found) => isContent(found, own));
  }

  /**
   * A write that is repeated if it carries a precondition. Then a 412 may come from an earlier attempt of its own whose
   * answer got lost: what stands there decides.
   */
  async #conditionally(
    act: StorageAct,
    options: WriteOptions,
    write: () => Promise<StoredObject>,
    isOwn: (found: StoredObject) => boolean,
  ): Promise<StoredObject> {
    if (options.ifGenerationMatch === undefined) return write();
    let mayHaveWritten = false;
    return this.#patience.retry(async () => {
      try {
        return await write();
      } catch (error) {
        if (mayHaveWritten && isGatewayError(error, 'precondition')) {
          const found = await this.find(act.uri, options);
          if (found && found.generation !== String(options.ifGenerationMatch) && isOwn(found)) return found;
        }
        mayHaveWritten ||= isGatewayError(error) && error.effect === 'unknown';
        throw error;
      }
    }, options.signal);
  }
}

function chunkBytesOf({ chunkBytes = DEFAULT_CHUNK_BYTES }: ObjectStoreGcsOptions): number {
  if (chunkBytes > 0 && chunkBytes % CHUNK_UNIT_BYTES === 0) return chunkBytes;
  throw new RangeError(`chunkBytes must be a multiple of ${CHUNK_UNIT_BYTES}, got ${chunkBytes}`);
}

function isContent(found: StoredObject, own: Pick<StoredObject, 'size' | 'crc32c'>): boolean {
  return found.size === own.size && found.crc32c === own.crc32c;
}

async function* startingWith<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}
