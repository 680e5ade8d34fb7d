import type { IncomingMessage } from 'node:http';
import { noteRefusal, requireToken, type AccessTokens } from './access-tokens';
import { bodyOf, orAbort, readBoundedText } from './bounded-body';
import { neverOpened, reasonOf } from './connection-failure';
import { EMULATOR_TOKEN, type Endpoint } from './endpoint';
import { GatewayError, type GatewayErrorKind } from './gateway-error';
import { googleErrorOf, kindOf, parseJson } from './google-error';
import type { RequestObserver } from './request-observer';
import { retryAfterMsOf } from './retry-after';
import { Sockets } from './sockets';

const DEFAULT_TIMEOUT_MS = 30_000;
/** The answers that say: nothing was done. Others with an error body of Google's may come from behind the point of no return. */
const REFUSALS: ReadonlySet<number> = new Set([400, 401, 403, 404, 429]);

export interface GoogleRestOptions {
  readonly tokens: AccessTokens;
  /** Makes the requests; always called with a `Request`. @default the global one */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** What a person does about an error of each kind; the sentence before what Google says. */
  readonly remedies: Readonly<Record<GatewayErrorKind, string>>;
  readonly answerLimitBytes: number;
  /** What its calls are called to the observer: `jobs` makes `jobs.create`. */
  readonly service: string;
  readonly observe?: RequestObserver | undefined;
}

/** One request of an API, and the words for it in messages. */
export interface RestCall {
  /** What follows "Cannot". */
  readonly action: string;
  readonly endpoint: Endpoint;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Behind the endpoint, with a slash before it. */
  readonly path: string;
  readonly body?: unknown;
}

interface RestCallOptions {
  /** The call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** @default 30000 */
  readonly timeoutMs?: number;
}

/** JSON calls of one of Google's REST APIs: exactly one request each, never repeated, and every failure a `GatewayError`. */
export class GoogleRest {
  readonly #options: GoogleRestOptions;
  readonly #fetch: (request: Request) => Promise<Response>;
  readonly #sockets = new Sockets();

  constructor(options: GoogleRestOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? ((request) => globalThis.fetch(request));
  }

  /** The JSON of a successful answer. */
  async call(call: RestCall, options: RestCallOptions = {}): Promise<unknown> {
    const exchange = new Exchange(call, options);
    const { signal } = exchange;
    try {
      const response = await this.#exchange(exchange, (url, headers) => {
        const { method } = call;
        const body = call.body === undefined ? null : JSON.stringify(call.body);
        // A redirect would carry the token, or a create, to somebody else.
        return this.#fetch(new Request(url, { method, headers, body, signal, redirect: 'manual' }));
      });
      return this.#answer(call.action, response, await this.#textOf(bodyOf(response, signal)));
    } catch (error) {
      throw exchange.failure(error);
    }
  }

  /**
   * Resolves with the bytes of a successful answer once its head is there; they come as they are taken, over a socket of our own:
   * to have much through `fetch` takes twice the time of processors. Whoever takes none of them fires `signal`.
   */
  async open(call: RestCall, options: RestCallOptions = {}): Promise<AsyncGenerator<Uint8Array, void, undefined>> {
    const exchange = new Exchange(call, options);
    const { method } = call;
    const { signal } = exchange;
    try {
      const { body, ...head } = await this.#exchange(exchange, async (url, headers) => {
        const answer = await this.#sockets.send({ method, url: new URL(url), headers, signal });
        return { ...headOf(answer), body: answer };
      });
      if (!head.ok) this.#answer(call.action, head, await this.#textOf(body));
      return bytesOf(body, exchange);
    } catch (error) {
      throw exchange.failure(error);
    }
  }

  async #exchange<Answer extends Head>(
    exchange: Exchange,
    send: (url: string, headers: Record<string, string>) => Promise<Answer>,
  ): Promise<Answer> {
    const { action, endpoint, path } = exchange.call;
    const { tokens, service, observe } = this.#options;
    const token = endpoint.takesCredentials ? await orAbort(requireToken(tokens), exchange.signal) : EMULATOR_TOKEN;
    const authorization = `Bearer ${token}`;
    // its first word is a verb of ours, the others may be names
    const call = `${service}.${action.split(' ', 1)[0]}`;
    exchange.isSent = true;
    try {
      const headers = { authorization, 'content-type': 'application/json; charset=utf-8' };
      const answer = await orAbort(send(`${endpoint.baseUrl}${path}`, headers), exchange.signal);
      observe?.(call, String(answer.status));
      if (endpoint.takesCredentials) noteRefusal(tokens, answer.status, authorization);
      return answer;
    } catch (error) {
      observe?.(call, 'broken');
      throw error;
    }
  }

  #textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
    return readBoundedText(body, this.#options.answerLimitBytes);
  }

  #answer(action: string, response: Head, text: string): unknown {
    const json = parseJson(text);
    if (response.ok) {
      if (json === undefined) throw notTheApi(action, `it answered ${response.status} without JSON`, response.status);
      return json;
    }
    const google = googleErrorOf(json, response.status);
    const { headers } = response;
    const asked = { retryAfter: headers.get('retry-after'), date: headers.get('date') };
    const retryAfterMs = retryAfterMsOf(asked) ?? google?.retryAfterMs;
    if (!google) {
      const type = headers.get('content-type') ?? 'no content type';
      const what = `it answered ${response.status} (${type}) without an error of the API`;
      throw notTheApi(action, what, response.status, retryAfterMs);
    }
    const kind = kindOf(response.status, google.status);
    throw new GatewayError(kind, `Cannot ${action}: ${this.#options.remedies[kind]} Google says: ${google.message}`, {
      status: response.status,
      effect: REFUSALS.has(response.status) ? 'refused' : 'unknown',
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
}

/** What is read of an answer's head. */
type Head = Pick<Response, 'ok' | 'status'> & { readonly headers: Pick<Headers, 'get'> };

function headOf({ statusCode = 0, headers }: IncomingMessage): Head {
  const get = (name: string): string | null => headers[name]?.toString() ?? null;
  return { ok: statusCode >= 200 && statusCode < 300, status: statusCode, headers: { get } };
}

async function* bytesOf(body: IncomingMessage, exchange: Exchange): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const bytes of body) yield bytes as Buffer;
  } catch (error) {
    throw exchange.failure(error);
  }
}

/** One call on its way: how long it may take, and what its failure means. */
class Exchange {
  readonly call: RestCall;
  readonly signal: AbortSignal;
  isSent = false;
  readonly #timeout: AbortSignal;
  readonly #timeoutMs: number;
  readonly #caller: AbortSignal | undefined;

  constructor(call: RestCall, { signal, timeoutMs = DEFAULT_TIMEOUT_MS }: RestCallOptions) {
    signal?.throwIfAborted();
    this.call = call;
    this.#timeoutMs = timeoutMs;
    this.#timeout = AbortSignal.timeout(timeoutMs);
    this.#caller = signal;
    this.signal = signal === undefined ? this.#timeout : AbortSignal.any([signal, this.#timeout]);
  }

  failure(error: unknown): GatewayError {
    if (error instanceof GatewayError) return error;
    this.#caller?.throwIfAborted();
    const reason = this.#timeout.aborted ? `no answer within ${this.#timeoutMs} ms` : reasonOf(error);
    const effect = !this.isSent || neverOpened(error) ? 'never-sent' : 'unknown';
    return new GatewayError('unavailable', `Cannot ${this.call.action}: ${reason}.`, { cause: error, effect });
  }
}

/** The failure of an answer that isn't one of the API's. */
export function notTheApi(action: string, what: string, status?: number, retryAfterMs?: number): GatewayError {
  return new GatewayError('unavailable', `Cannot ${action}: ${what}; is something between here and Google?`, {
    effect: 'unknown',
    ...(status !== undefined && { status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
