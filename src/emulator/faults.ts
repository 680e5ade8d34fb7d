import type { EmulatorClock } from './clock';
import { ConnectionFault } from './connection-fault';
import { errorBody, jsonResponse, statusNameOf } from './google-error';
import type { Call, Fault, FaultRule } from './scenario';

/** Picks the fault that a call meets, counting calls by rule. */
export class FaultTable {
  readonly #rules: { readonly rule: FaultRule; seen: number }[];

  constructor(rules: readonly FaultRule[]) {
    this.#rules = rules.map((rule) => ({ rule, seen: 0 }));
  }

  take(call: Call, path: string): Fault | undefined {
    for (const entry of this.#rules) {
      if (!fits(entry.rule, call, path)) continue;
      const skip = entry.rule.skip ?? 0;
      const times = entry.rule.times ?? 1;
      if (entry.seen >= skip + times) continue;
      entry.seen += 1;
      if (entry.seen > skip) return entry.rule.fault;
    }
    return undefined;
  }
}

function fits(rule: FaultRule, call: Call, path: string): boolean {
  if (rule.path !== undefined && !path.includes(rule.path)) return false;
  if (rule.call === '*' || rule.call === call) return true;
  return rule.call.endsWith('.*') && call.startsWith(rule.call.slice(0, -1));
}

export interface FaultContext {
  readonly request: Request;
  readonly clock: EmulatorClock;
  /** Settles when the emulator closes. */
  readonly closed: AbortSignal;
  /** Carries the call out. */
  readonly carryOut: () => Promise<Response>;
}

/** The answer to a call that meets a fault. @throws {ConnectionFault} where there is none */
export async function answerWithFault(fault: Fault, context: FaultContext): Promise<Response> {
  switch (fault.kind) {
    case 'status':
      return statusAnswer(fault);
    case 'lost-answer':
      await drained(await context.carryOut());
      return lostAnswer(fault, context);
    case 'reset':
      throw new ConnectionFault('reset');
    case 'stall':
      return stalled(context);
    case 'truncate':
      return cutAfter(await context.carryOut(), fault.afterBytes, 'reset');
    case 'half-close':
      return cutAfter(await context.carryOut(), fault.afterBytes, 'half-close');
    case 'html':
      return htmlPage(fault.status ?? 502);
    case 'wrong-content-type':
      return withHeaders(await context.carryOut(), { 'content-type': fault.contentType ?? 'text/plain' });
    case 'redirect':
      return new Response(null, { status: 302, headers: { location: fault.location ?? context.request.url } });
    default:
      return slowed(await context.carryOut(), fault.bytesPerSecond, context.clock);
  }
}

function statusAnswer(fault: { status: number; body?: unknown; retryAfter?: string | number }): Response {
  const body =
    fault.body ?? errorBody(fault.status, `The service answered ${fault.status}.`, statusNameOf(fault.status));
  const headers = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
  if (typeof body === 'string') return new Response(body, { status: fault.status, headers });
  return jsonResponse(Object(body) as object, { status: fault.status, headers });
}

async function lostAnswer(fault: { as?: string; status?: number }, context: FaultContext): Promise<Response> {
  if (fault.as === 'stall') return stalled(context);
  if (fault.as === 'status') return statusAnswer({ status: fault.status ?? 500 });
  throw new ConnectionFault('reset');
}

function stalled({ request, closed }: FaultContext): Promise<Response> {
  return new Promise((_resolve, reject) => {
    const giveUp = () => {
      reject(new ConnectionFault('reset'));
    };
    if (closed.aborted || request.signal.aborted) giveUp();
    closed.addEventListener('abort', giveUp, { once: true });
    request.signal.addEventListener('abort', giveUp, { once: true });
  });
}

function htmlPage(status: number): Response {
  const page = `<!DOCTYPE html><html><head><title>Error ${status}</title></head><body><h1>Error ${status}</h1></body></html>`;
  return new Response(page, { status, headers: { 'content-type': 'text/html; charset=UTF-8' } });
}

async function cutAfter(
  response: Response,
  afterBytes: number | undefined,
  kind: 'reset' | 'half-close',
): Promise<Response> {
  const declared = Number(response.headers.get('content-length') ?? Number.NaN);
  const limit = afterBytes ?? Math.floor((Number.isNaN(declared) ? 0 : declared) / 2);
  async function* cut(): AsyncGenerator<Uint8Array> {
    let left = limit;
    for await (const chunk of chunksOf(response)) {
      if (chunk.byteLength >= left) {
        if (left > 0) yield chunk.subarray(0, left);
        break;
      }
      left -= chunk.byteLength;
      yield chunk;
    }
    throw new ConnectionFault(kind);
  }
  return withBody(response, cut());
}

function slowed(response: Response, bytesPerSecond: number, clock: EmulatorClock): Response {
  const bytesPerStep = Math.max(1, Math.floor(bytesPerSecond / 20));
  async function* slow(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunksOf(response)) {
      for (let start = 0; start < chunk.byteLength; start += bytesPerStep) {
        await clock.sleep((1000 * bytesPerStep) / bytesPerSecond);
        yield chunk.subarray(start, start + bytesPerStep);
      }
    }
  }
  return withBody(response, slow());
}

async function drained(response: Response): Promise<void> {
  for await (const chunk of chunksOf(response)) void chunk;
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

function withHeaders(response: Response, headers: Record<string, string>): Response {
  const merged = new Headers(response.headers);
  for (const [name, value] of Object.entries(headers)) merged.set(name, value);
  return new Response(response.body, { status: response.status, headers: merged });
}

function withBody(response: Response, chunks: AsyncGenerator<Uint8Array>): Response {
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
}
