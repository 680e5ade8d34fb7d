import { setTimeout as delay } from 'node:timers/promises';
import type { Handler, HandlerContext, HandlerRow } from '../define-handler';
import { HandlerError, messageOf } from '../domain/handler-error';
import type { RejectedRow } from '../rows/records';
import { decodeAhead, type LazyRow } from './lazy-row';

/** How often a whole batch is tried before it is narrowed. */
const BATCH_TRIES = 3;

/** What all calls of one attempt share. */
export interface HandlerCalls {
  readonly name: string;
  readonly handler: Handler;
  readonly context: Pick<HandlerContext, 'workflowId' | 'signal' | 'log'>;
  /** Pause before a failed batch is tried again under `isolate`, doubled each time. @default 500 */
  readonly isolatePauseMs?: number;
}

/** Hands rows to the caller's code, one batch a call. */
export class HandlerCaller {
  readonly #calls: HandlerCalls;
  /** Calls that returned: evidence that not everything is down. */
  #succeeded = 0;

  constructor(calls: HandlerCalls) {
    this.#calls = calls;
  }

  /**
   * The rows of the batch that were rejected.
   * @throws {HandlerError} when the handler threw, or nothing tells a bad row from a bad day
   */
  async call(rows: readonly LazyRow[], mayRepeat: boolean): Promise<RejectedRow[]> {
    try {
      return await this.#callOnce(rows, mayRepeat);
    } catch (error) {
      if (this.#calls.handler.onError !== 'isolate' || this.#calls.context.signal.aborted) throw error;
      return this.#isolate(rows);
    }
  }

  async #isolate(rows: readonly LazyRow[]): Promise<RejectedRow[]> {
    const succeededBefore = this.#succeeded;
    const { isolatePauseMs = 500, context } = this.#calls;
    for (let tries = 1; tries < BATCH_TRIES; tries += 1) {
      await delay(isolatePauseMs * 2 ** (tries - 1), undefined, { signal: context.signal });
      try {
        return await this.#callOnce(rows, true);
      } catch (error) {
        if (context.signal.aborted) throw error;
      }
    }
    const narrowed = await this.#narrow(rows);
    // Where every single row fails and nothing else succeeds, it is not the rows' fault.
    if (narrowed.firstError !== null && this.#succeeded === succeededBefore) throw narrowed.firstError;
    return narrowed.rejected;
  }

  async #narrow(rows: readonly LazyRow[]): Promise<{ rejected: RejectedRow[]; firstError: unknown }> {
    const { name, context } = this.#calls;
    try {
      return { rejected: await this.#callOnce(rows, true), firstError: null };
    } catch (error) {
      const [row] = rows;
      if (context.signal.aborted) throw error;
      if (rows.length === 1 && row !== undefined) {
        const reason = messageOf(error instanceof HandlerError ? error.cause : error);
        context.log.warn(`Handler ${name} keeps failing on row ${row.key}, which is rejected: ${reason}`);
        return { rejected: [rejection(name, row, reason)], firstError: error };
      }
    }
    const middle = Math.ceil(rows.length / 2);
    const left = await this.#narrow(rows.slice(0, middle));
    const right = await this.#narrow(rows.slice(middle));
    return { rejected: [...left.rejected, ...right.rejected], firstError: left.firstError ?? right.firstError };
  }

  async #callOnce(rows: readonly LazyRow[], mayRepeat: boolean): Promise<RejectedRow[]> {
    const { name, handler, context } = this.#calls;
    const handed = new Set<HandlerRow<unknown>>(rows);
    const rejected = new Map<HandlerRow<unknown>, RejectedRow>();
    let isOpen = true;
    const reject = (row: HandlerRow<unknown>, reason: string): void => {
      if (!isOpen)
        throw new Error(`reject was called after the call of handler ${name} had ended; await what you start`);
      if (!handed.has(row)) throw new TypeError('reject takes one of the rows that this call was given');
      if (!rejected.has(row)) rejected.set(row, rejection(name, row, reason));
    };
    try {
      await decodeAhead(rows);
      await handler.handle(rows, { ...context, mayRepeat, reject });
    } catch (error) {
      throw error instanceof HandlerError ? error : new HandlerError(name, rows, error);
    } finally {
      isOpen = false;
    }
    this.#succeeded += 1;
    return [...rejected.values()];
  }
}

/** How a row that is given up is listed. */
export function rejection(handler: string, { key, source }: HandlerRow<unknown>, reason: string): RejectedRow {
  return { key, reason, handler, source };
}
