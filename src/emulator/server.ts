import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';

import { ConnectionFault } from './connection-fault';

export interface ServeOptions {
  /** @default 0, any free one */
  readonly port?: number;
  /** @default 127.0.0.1 */
  readonly host?: string;
}

export interface EmulatorServer {
  readonly url: string;
  /** Stops listening and breaks the connections that are left; the emulator itself stays. */
  close(): Promise<void>;
}

const RESET_DELAY_MS = 20;

type Handler = { fetch(request: Request): Promise<Response> };

/** Puts an emulator on a port. A `ConnectionFault` is done to the socket itself. */
export async function serveEmulator(emulator: Handler, options: ServeOptions = {}): Promise<EmulatorServer> {
  const host = options.host ?? '127.0.0.1';
  const server = createServer((incoming, outgoing) => {
    void answer(emulator, incoming, outgoing);
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function answer(emulator: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => {
    gone.abort();
  });
  outgoing.on('error', () => {
    gone.abort();
  });
  try {
    const response = await emulator.fetch(toRequest(incoming, gone.signal));
    if (!gone.signal.aborted) await send(response, outgoing, gone.signal);
  } catch (error) {
    if (error instanceof ConnectionFault) breakConnection(error, outgoing);
    else if (outgoing.headersSent) outgoing.destroy();
    else sendInternalError(error, outgoing);
  }
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`);
  const headers = new Headers();
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    headers.append(incoming.rawHeaders[index] as string, incoming.rawHeaders[index + 1] as string);
  }
  const method = incoming.method ?? 'GET';
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers, signal });
  const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
  return new Request(url, { method, headers, signal, body, duplex: 'half' });
}

async function send(response: Response, outgoing: ServerResponse, gone: AbortSignal): Promise<void> {
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
  if (response.body === null) {
    outgoing.end();
    return;
  }
  outgoing.flushHeaders();
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (gone.aborted) {
      await reader.cancel();
      return;
    }
    if (!outgoing.write(part.value)) await drained(outgoing, gone);
  }
  outgoing.end();
}

function drained(outgoing: ServerResponse, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      outgoing.off('drain', go);
      gone.removeEventListener('abort', go);
      resolve();
    };
    outgoing.once('drain', go);
    gone.addEventListener('abort', go, { once: true });
  });
}

/** A reset overtakes bytes that the caller hasn't read yet, so those of an answer begun get a moment to arrive. */
function breakConnection(fault: ConnectionFault, outgoing: ServerResponse): void {
  const { socket } = outgoing;
  if (fault.kind === 'half-close') socket?.end();
  else if (outgoing.headersSent) setTimeout(() => socket?.resetAndDestroy(), RESET_DELAY_MS);
  else socket?.resetAndDestroy();
}

function sendInternalError(error: unknown, outgoing: ServerResponse): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  outgoing.statusCode = 500;
  outgoing.setHeader('content-type', 'application/json; charset=UTF-8');
  outgoing.end(JSON.stringify({ error: { code: 500, message, status: 'INTERNAL' } }));
}
