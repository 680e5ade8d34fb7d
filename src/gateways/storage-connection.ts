import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { setImmediate as otherWork } from 'node:timers/promises';
import { noteRefusal, requireToken, type AccessTokens } from './access-tokens';
import { orAbort } from './bounded-body';
import type { Endpoint } from './endpoint';
import { GatewayError } from './gateway-error';
import { giveBack } from './given-back';
import type { RequestObserver } from './request-observer';
import { Sockets, stalled } from './sockets';
import { brokenStorage, refusedStorage, type StorageAct } from './storage-failure';

/** A page of a listing has up to a thousand names of up to a kilobyte. */
const ANSWER_LIMIT_BYTES = 4 * 1024 * 1024;
/** Node takes up to 2 MB from each socket before it turns to anything else, and hands them on as it goes. */
const BYTES_BETWEEN_TURNS = 262_144;

export interface StorageRequest {
  readonly act: StorageAct;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Absolute, or a path behind the endpoint. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Statuses besides 2xx that are an answer and not an error. */
  readonly accept?: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

interface BytesOptions {
  readonly reuseMemory?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface StorageAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * Requests of the JSON API. `@google-cloud/storage` doesn't notice a download that is closed in the middle, takes a proxy's page
 * for an empty listing, has no abort, and destroys the sockets of the whole process when a download is given up.
 */
export class StorageConnection {
  readonly #endpoint: Endpoint;
  readonly #tokens: AccessTokens;
  readonly #idleMs: number;
  readonly #observe: RequestObserver | undefined;
  readonly #sockets = new Sockets();

  constructor(endpoint: Endpoint, tokens: AccessTokens, idleMs: number, observe?: RequestObserver) {
    this.#endpoint = endpoint;
    this.#tokens = tokens;
    this.#idleMs = idleMs;
    this.#observe = observe;
  }

  /** One request; resolves with a short answer as a whole. */
  async exchange(request: StorageRequest): Promise<StorageAnswer> {
    const response = await this.open(request);
    const text = await this.#text(request.act, response, request.signal);
    return { status: response.statusCode ?? 0, headers: response.headers, text };
  }

  /** One request; resolves when the head of a good answer has come. Its body must be read to the end, or destroyed. */
  async open(request: StorageRequest): Promise<IncomingMessage> {
    request.signal?.throwIfAborted();
    const url = new URL(request.url.startsWith('/') ? `${this.#endpoint.baseUrl}${request.url}` : request.url);
    const headers = await this.#headers(request, url);
    const { method, body, signal } = request;
    const sent = { method, url, headers, body, signal, idleMs: this.#idleMs };
    const response = await this.#sockets.send(sent).catch((error: unknown) => {
      this.#observe?.(`storage.${request.act.verb}`, 'broken');
      signal?.throwIfAborted();
      throw brokenStorage(request.act, error);
    });
    const status = response.statusCode ?? 0;
    this.#observe?.(`storage.${request.act.verb}`, String(status));
    noteRefusal(this.#tokens, status, headers['authorization']);
    if ((status >= 200 && status < 300) || request.accept?.includes(status)) return response;
    const text = await this.#text(request.act, response, signal);
    const { date, 'retry-after': retryAfter } = response.headers;
    throw refusedStorage(request.act, { status, body: text, retryAfter, date });
  }

  /**
   * The bytes of an answer. A pause of the network ends it with an error, a pause of the reader doesn't. With `reuseMemory` a piece
   * holds until the next one is asked for.
   */
  async *bytes(
    act: StorageAct,
    response: IncomingMessage,
    { reuseMemory = false, signal }: BytesOptions = {},
  ): AsyncGenerator<Buffer> {
    let waiting = false;
    let taken = 0;
    const watchdog = setTimeout(() => {
      if (waiting) response.destroy(stalled(this.#idleMs));
    }, this.#idleMs);
    const pieces = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    try {
      for (;;) {
        waiting = true;
        watchdog.refresh();
        const { done, value } = await pieces.next();
        waiting = false;
        if (done) return;
        const { length } = value;
        yield value;
        if (reuseMemory) giveBack(value);
        taken += length;
        if (taken < BYTES_BETWEEN_TURNS) continue;
        taken = 0;
        await otherWork();
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw brokenStorage(act, error);
    } finally {
      clearTimeout(watchdog);
      // A body that isn't read to its end would keep its connection for ever.
      if (!response.readableEnded) response.destroy();
    }
  }

  async #headers(request: StorageRequest, url: URL): Promise<Record<string, string>> {
    const { headers = {}, body } = request;
    const length = body ? { 'content-length': String(body.length) } : {};
    // An upload's session URL comes from the other side; wherever it leads, it needs no token.
    const trusted = this.#endpoint.takesCredentials && url.origin === new URL(this.#endpoint.baseUrl).origin;
    if (!trusted) return { ...headers, ...length };
    return { ...headers, ...length, authorization: `Bearer ${await this.#token(request)}` };
  }

  async #token({ act, signal }: StorageRequest): Promise<string> {
    const timeout = AbortSignal.timeout(this.#idleMs);
    try {
      return await orAbort(requireToken(this.#tokens), signal ? AbortSignal.any([signal, timeout]) : timeout);
    } catch (error) {
      signal?.throwIfAborted();
      if (!timeout.aborted) throw error;
      const message = `Cannot ${act.verb} ${act.uri}: no access token within ${this.#idleMs} ms.`;
      throw new GatewayError('unavailable', message, { cause: error, effect: 'never-sent' });
    }
  }

  async #text(act: StorageAct, response: IncomingMessage, signal?: AbortSignal): Promise<string> {
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of this.bytes(act, response, { signal })) {
      pieces.push(piece);
      size += piece.length;
      if (size > ANSWER_LIMIT_BYTES)
        throw brokenStorage(act, new Error(`the answer is longer than ${ANSWER_LIMIT_BYTES} bytes`));
    }
    return Buffer.concat(pieces, size).toString('utf8');
  }
}
