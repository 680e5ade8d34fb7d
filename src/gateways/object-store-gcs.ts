import { Storage, type File } from '@google-cloud/storage';
import { OAuth2Client } from 'google-auth-library';
import { crc32cOf, toBase64Crc32c } from '../rows/crc32c';
import { requireToken, type AccessTokens } from './access-tokens';
import { AccessTokensGoogle } from './access-tokens-google';
import { orAbort } from './bounded-body';
import { parseEndpoint, type Endpoint } from './endpoint';
import { isGatewayError } from './gateway-error';
import { parseGsUri, parseObjectUri } from './gs-uri';
import type { ObjectStore, ReadOptions, StoredObject, WriteOptions } from './object-store';
import { Patience, type PatienceOptions } from './patience';
import { StorageConnection } from './storage-connection';
import { assertComposable, composeObjects, contentOf, copyObject } from './storage-compose';
import { download } from './storage-download';
import { brokenStorage, fromStorageLibrary, type StorageAct } from './storage-failure';
import { fromObjectResource, OBJECT_FIELDS } from './storage-resource';
import { chunksOf, uploadInChunks, uploadWhole } from './storage-upload';

const GOOGLE_ENDPOINT = 'https://storage.googleapis.com';
const DEFAULT_IDLE_MS = 30_000;
/** The chunks of a resumable upload are multiples of this. */
const CHUNK_UNIT_BYTES = 256 * 1024;
const DEFAULT_CHUNK_BYTES = 32 * CHUNK_UNIT_BYTES;
const PAGE_SIZE = 1000;

export interface ObjectStoreGcsOptions extends PatienceOptions {
  /** @default Application Default Credentials */
  readonly tokens?: AccessTokens;
  /** Another address of the service, such as an emulator's; credentials go there only as `parseEndpoint` says. */
  readonly apiEndpoint?: string;
  /** Hosts besides Google's that may see credentials. @default none */
  readonly trustedHosts?: readonly string[];
  /** Only for requests that name a project; objects don't. */
  readonly projectId?: string;
  /** A connection on which nothing moves for so long, in milliseconds, is given up. @default 30000 */
  readonly idleMs?: number;
  /** Size of an upload's chunks in bytes, and of the largest upload in one request; a multiple of 256 KiB. @default 8 MiB */
  readonly chunkBytes?: number;
}

/** {@link ObjectStore} in Cloud Storage. */
export class ObjectStoreGcs implements ObjectStore {
  readonly #storage: Storage;
  readonly #connection: StorageConnection;
  readonly #patience: Patience;
  readonly #chunkBytes: number;

  /** @throws {GatewayError} `invalid-request` for an endpoint that may not see credentials */
  constructor(options: ObjectStoreGcsOptions = {}) {
    const endpoint = parseEndpoint(options.apiEndpoint ?? GOOGLE_ENDPOINT, options.trustedHosts);
    const tokens = options.tokens ?? new AccessTokensGoogle();
    const idleMs = options.idleMs ?? DEFAULT_IDLE_MS;
    this.#storage = libraryFor(endpoint, tokens, idleMs, options.projectId);
    this.#connection = new StorageConnection(endpoint, () => requireToken(tokens), idleMs);
    this.#patience = new Patience(options);
    this.#chunkBytes = chunkBytesOf(options);
  }

  async find(uri: string, options: { readonly signal?: AbortSignal } = {}): Promise<StoredObject | undefined> {
    const act: StorageAct = { verb: 'find', uri };
    const file = this.#file(uri);
    try {
      const [resource] = await this.#call(act, () => file.getMetadata({ fields: OBJECT_FIELDS }), options.signal);
      return fromObjectResource(act, resource);
    } catch (error) {
      if (isGatewayError(error, 'not-found')) return undefined;
      throw error;
    }
  }

  async *list(prefixUri: string, options: { readonly signal?: AbortSignal } = {}): AsyncIterable<StoredObject> {
    const act: StorageAct = { verb: 'list', uri: prefixUri };
    const { bucket, name: prefix } = parseGsUri(prefixUri);
    let pageToken: string | undefined;
    do {
      const query = {
        prefix,
        autoPaginate: false,
        maxResults: PAGE_SIZE,
        fields: `items(${OBJECT_FIELDS}),nextPageToken`,
        ...(pageToken !== undefined && { pageToken }),
      };
      const answer = await this.#call(act, () => this.#storage.bucket(bucket).getFiles(query), options.signal);
      const page = answer[2] as { items?: readonly unknown[]; nextPageToken?: string };
      yield* (page.items ?? []).map((item) => fromObjectResource(act, item));
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
    const act: StorageAct = { verb: 'delete', uri };
    const file = this.#file(uri);
    let attempts = 0;
    const remove = (): Promise<unknown> => {
      attempts += 1;
      return file.delete();
    };
    try {
      await this.#call(act, remove);
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

  /** A call of the client library, which can't be aborted: nobody waits for it any more. */
  #call<T>(act: StorageAct, call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const attempt = async (): Promise<T> => {
      signal?.throwIfAborted();
      try {
        return await (signal ? orAbort(call(), signal) : call());
      } catch (error) {
        signal?.throwIfAborted();
        throw fromStorageLibrary(act, error);
      }
    };
    return this.#patience.retry(attempt, signal);
  }

  #file(uri: string): File {
    const { bucket, name } = parseObjectUri(uri);
    return this.#storage.bucket(bucket).file(name);
  }
}

function chunkBytesOf({ chunkBytes = DEFAULT_CHUNK_BYTES }: ObjectStoreGcsOptions): number {
  if (chunkBytes > 0 && chunkBytes % CHUNK_UNIT_BYTES === 0) return chunkBytes;
  throw new RangeError(`chunkBytes must be a multiple of ${CHUNK_UNIT_BYTES}, got ${chunkBytes}`);
}

function libraryFor(endpoint: Endpoint, tokens: AccessTokens, timeout: number, projectId?: string): Storage {
  const storage = new Storage({
    apiEndpoint: endpoint.baseUrl,
    useAuthWithCustomEndpoint: endpoint.takesCredentials,
    authClient: authClientOf(tokens),
    timeout,
    // Its retries share one mutable flag between all calls; `Patience` does them.
    retryOptions: { autoRetry: false },
    ...(projectId !== undefined && { projectId }),
  });
  // Otherwise STORAGE_EMULATOR_HOST in the environment would redirect some of the requests.
  storage.baseUrl = `${endpoint.baseUrl}/storage/v1`;
  return storage;
}

/** Google's way to bring tokens of one's own; they are asked for each time, since their source keeps them. */
function authClientOf(tokens: AccessTokens): OAuth2Client {
  const client = new OAuth2Client();
  client.refreshHandler = async () => ({ access_token: await requireToken(tokens), expiry_date: Date.now() });
  return client;
}

function isContent(found: StoredObject, own: Pick<StoredObject, 'size' | 'crc32c'>): boolean {
  return found.size === own.size && found.crc32c === own.crc32c;
}

async function* startingWith<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}
