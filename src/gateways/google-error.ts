import type { GatewayErrorKind } from './gateway-error';

/** Google's JSON error body, as all its REST APIs write it. */
export interface GoogleError {
  readonly code: number;
  /** gRPC's name of the error, such as `FAILED_PRECONDITION`; storage has none. */
  readonly status: string | undefined;
  readonly message: string;
  /** From a `google.rpc.RetryInfo` among the details. */
  readonly retryAfterMs: number | undefined;
}

const MESSAGE_LENGTH = 400;

/** The error in a body that is Google's own, as against a proxy's or a load balancer's; undefined for anything else. */
export function googleErrorOf(body: unknown, httpStatus: number): GoogleError | undefined {
  const error = field(body, 'error');
  const code = field(error, 'code');
  const message = field(error, 'message');
  if (code !== httpStatus || typeof message !== 'string') return undefined;
  const status = field(error, 'status');
  return {
    code,
    status: typeof status === 'string' ? status : undefined,
    message: oneLine(message),
    retryAfterMs: retryInfoOf(field(error, 'details')),
  };
}

/** The JSON in an answer; undefined when it holds none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a status of an answer means for the caller. */
export function kindOf(httpStatus: number, grpcStatus?: string): GatewayErrorKind {
  if (httpStatus === 401) return 'unauthenticated';
  if (httpStatus === 403) return 'permission';
  if (httpStatus === 404 || httpStatus === 410) return 'not-found';
  if (httpStatus === 412 || grpcStatus === 'FAILED_PRECONDITION') return 'precondition';
  if (httpStatus === 429) return 'quota';
  if (httpStatus === 408 || grpcStatus === 'ABORTED') return 'unavailable';
  return httpStatus >= 400 && httpStatus < 500 ? 'invalid-request' : 'unavailable';
}

/** A message of somebody else's on one line and of bounded length. */
export function oneLine(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length > MESSAGE_LENGTH ? `${line.slice(0, MESSAGE_LENGTH)}…` : line;
}

function retryInfoOf(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined;
  for (const detail of details) {
    const delay = field(detail, 'retryDelay');
    if (typeof delay === 'string' && /^\d+(\.\d+)?s$/.test(delay)) return Math.ceil(Number.parseFloat(delay) * 1000);
  }
  return undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
