import { setMaxListeners } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { HttpAgent, HttpsAgent } from './socket-agents';

/** What goes over a socket. */
export interface SocketRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
  /** Ends it, the body of its answer included. */
  readonly signal?: AbortSignal | undefined;
  /** Silence that ends it before the head of an answer has come, in milliseconds. @default none does */
  readonly idleMs?: number;
}

/** Sockets of our own, kept alive. */
export class Sockets {
  readonly #agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };

  /** Resolves when the head of an answer has come, whatever it says. Its body must be read to the end, or destroyed. */
  send({ method, url, headers, body, signal, idleMs }: SocketRequest): Promise<IncomingMessage> {
    const secure = url.protocol === 'https:';
    // as many requests as an attempt has under way listen to its signal, which Node takes for a leak beyond ten
    if (signal) setMaxListeners(0, signal);
    return new Promise((resolve, reject) => {
      const outgoing = (secure ? https : http).request(url, {
        method,
        headers,
        agent: secure ? this.#agents.https : this.#agents.http,
        ...(idleMs !== undefined && { timeout: idleMs }),
        ...(signal && { signal }),
      });
      if (idleMs !== undefined) outgoing.once('timeout', () => outgoing.destroy(stalled(idleMs)));
      outgoing.on('error', reject);
      outgoing.once('response', (response) => {
        outgoing.setTimeout(0);
        // A refusal may come before the body was read, and what is left of the body would block the connection.
        if ((response.statusCode ?? 0) >= 400 && body) outgoing.shouldKeepAlive = false;
        resolve(response);
      });
      outgoing.end(body);
    });
  }
}

export function stalled(idleMs: number): Error {
  return new Error(`no byte for ${idleMs} ms`);
}
