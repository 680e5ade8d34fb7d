import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32cOf, toBase64Crc32c } from '../../src/rows/crc32c';

/** What one connection does after `bytes` bytes of its answer's body. */
type Connection =
  | { readonly bytes: number; readonly broken: 'close politely' | 'reset' | 'stall' }
  | { readonly status: number; readonly retryAfter?: string }
  | { readonly drip: number; readonly everyMs: number };

export interface FaultyObject {
  readonly url: string;
  /** `range` and `generation` of each request so far. */
  readonly requests: readonly { readonly range: string | undefined; readonly generation: string | null }[];
  readonly authorizations: readonly (string | undefined)[];
  /** Connections that are open. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

export interface FaultyObjectOptions {
  /** By the number of the request; those beyond the list, and gaps, are answered in full. */
  readonly connections?: readonly (Connection | undefined)[];
  /** @default the content's */
  readonly crc32c?: string;
  readonly ignoresRanges?: boolean;
}

/** A server of one object whose connections break as they are told. */
export async function serveFaultyObject(content: Buffer, options: FaultyObjectOptions = {}): Promise<FaultyObject> {
  const requests: { range: string | undefined; generation: string | null }[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const fault = options.connections?.[requests.length];
    const generation = new URL(request.url ?? '/', 'http://h').searchParams.get('generation');
    requests.push({ range: request.headers.range, generation });
    authorizations.push(request.headers.authorization);
    if (fault && 'status' in fault) refuse(response, fault);
    else sendBody(response, head(request, response, content, options), fault);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    authorizations,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refuse(response: ServerResponse, { status, retryAfter }: { status: number; retryAfter?: string }): void {
  response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
  response.end('No such object, or no answer today');
}

/** Writes the head of a media answer; gives the bytes that belong to it. */
function head(
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  options: FaultyObjectOptions,
): Buffer {
  const range = options.ignoresRanges ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const from = Number(range?.[1] ?? 0);
  const body = content.subarray(from, range?.[2] ? Number(range[2]) + 1 : undefined);
  response.writeHead(range ? 206 : 200, {
    'content-length': body.length,
    ...(range && { 'content-range': `bytes ${from}-${from + body.length - 1}/${content.length}` }),
    'x-goog-generation': '77',
    'x-goog-hash': `crc32c=${options.crc32c ?? toBase64Crc32c(crc32cOf(content))},md5=AAAA`,
  });
  return body;
}

function sendBody(
  response: ServerResponse,
  body: Buffer,
  fault: Exclude<Connection, { status: number }> | undefined,
): void {
  if (!fault) {
    response.end(body);
    return;
  }
  if ('drip' in fault) {
    drip(response, body, fault);
    return;
  }
  response.write(body.subarray(0, fault.bytes), () => {
    if (fault.broken === 'close politely') response.socket?.end();
    if (fault.broken === 'reset') response.socket?.resetAndDestroy();
  });
}

function drip(
  response: ServerResponse,
  body: Buffer,
  { drip: size, everyMs }: { drip: number; everyMs: number },
): void {
  let at = 0;
  const timer = setInterval(() => {
    response.write(body.subarray(at, at + size));
    at += size;
    if (at < body.length) return;
    clearInterval(timer);
    response.end();
  }, everyMs);
  response.once('close', () => clearInterval(timer));
}
