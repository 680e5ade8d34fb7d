/** What went wrong at a service, as far as a caller can act on it. */
export type GatewayErrorKind =
  | 'unavailable' // 5xx, 408, a connection lost or stalled, an answer that is not the API's
  | 'quota' // 429
  | 'unauthenticated' // 401, or no token to be had
  | 'permission' // 403
  | 'not-found' // 404
  | 'precondition' // 412, or 400 FAILED_PRECONDITION
  | 'invalid-request'; // other 4xx: the same call will fail again

export interface GatewayErrorDetails {
  readonly cause?: unknown;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** From `Retry-After`. */
  readonly retryAfterMs?: number;
  /**
   * What is known of the request: `never-sent` (no connection was opened), `refused` (Google's own error body says no),
   * `unknown` (it may have been carried out).
   * @default 'unknown'
   */
  readonly effect?: 'never-sent' | 'refused' | 'unknown';
}

/** The only error that gateways throw on purpose; anything else is a bug and passes untouched. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly kind: GatewayErrorKind;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly effect: 'never-sent' | 'refused' | 'unknown';

  constructor(kind: GatewayErrorKind, message: string, details: GatewayErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.kind = kind;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.effect = details.effect ?? 'unknown';
  }
}

/** Whether `error` is a {@link GatewayError} of one of these kinds. */
export function isGatewayError(error: unknown, ...kinds: readonly GatewayErrorKind[]): error is GatewayError {
  return error instanceof GatewayError && (kinds.length === 0 || kinds.includes(error.kind));
}
