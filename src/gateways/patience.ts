import { setTimeout as after } from 'node:timers/promises';
import { isGatewayError } from './gateway-error';

/** A server that asks for a longer pause is answered by the caller's own retry, which holds no connection or worker slot. */
const LONGEST_PAUSE_MS = 30_000;

export interface PatienceOptions {
  /** Failures in a row, without any progress between them, before giving up. @default 5 */
  readonly retries?: number;
  /** Pause before the first retry; doubles from one to the next. @default 250 */
  readonly retryDelayMs?: number;
}

/** How often and how long a gateway tries again by itself what may be repeated. */
export class Patience {
  readonly #retries: number;
  readonly #retryDelayMs: number;

  constructor({ retries = 5, retryDelayMs = 250 }: PatienceOptions = {}) {
    this.#retries = retries;
    this.#retryDelayMs = retryDelayMs;
  }

  /** Repeats what fails in passing. */
  async retry<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await attempt();
      } catch (error) {
        await this.afterFailure(error, failures, signal);
      }
    }
  }

  /** Pauses if `error`, the `failures`-th in a row, is worth another try; else throws it. */
  async afterFailure(error: unknown, failures: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (!isGatewayError(error, 'unavailable', 'quota') || failures > this.#retries) throw error;
    const pauseMs = error.retryAfterMs ?? this.#retryDelayMs * 2 ** (failures - 1) * (0.5 + Math.random() / 2);
    if (pauseMs > LONGEST_PAUSE_MS) throw error;
    await pause(pauseMs, signal);
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await after(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    // Node's error would hide the reason that the caller gave.
    signal?.throwIfAborted();
    throw error;
  }
}
