import type { Handler } from '../define-handler';
import type { Line } from '../rows/lines';
import type { RejectedRow } from '../rows/records';
import { rejection, type HandlerCaller } from './call-handler';
import { slotsOf } from './handler-slots';
import { LazyRow, partedByFit } from './lazy-row';

/** What is handled without a gap since the last checkpoint. */
export interface HandledRows {
  /** One past the last row's line. */
  readonly to: number;
  readonly rows: number;
  readonly rejected: readonly RejectedRow[];
}

export interface RowHandling {
  readonly name: string;
  readonly handler: Handler;
  readonly caller: HandlerCaller;
  readonly signal: AbortSignal;
  /** Rows that begin here or behind are not handed out before a checkpoint has moved it. */
  readonly handedBelow: () => number;
  readonly isCheckpointDue: () => boolean;
  /** No more rows are to be handed out; asked after each checkpoint. */
  readonly isEnough: () => boolean;
  /** The object that the lines are of. */
  readonly uri: string;
  /** Rows that don't fit the handler's schema are rejected; else collecting has seen to it that they do. */
  readonly rejectsMisfits: boolean;
  /** Whether the row that begins at this byte may have been handed out before. */
  readonly mayRepeat: (byte: number) => boolean;
  readonly checkpoint: (handled: HandledRows) => Promise<void>;
}

interface Batch {
  readonly to: number;
  readonly rows: number;
  readonly rejected: Promise<RejectedRow[]>;
}

/**
 * Hands the rows of some lines to a handler in batches, several at a time. When a call fails or the signal aborts, no new
 * one begins, those under way are waited for, and what is handled without a gap is a checkpoint before the error is thrown.
 */
export async function handleRows(lines: AsyncIterable<Line>, handling: RowHandling): Promise<void> {
  const window = new Window(handling);
  let batch: Line[] = [];
  try {
    for await (const line of lines) {
      if (line.byte >= handling.handedBelow()) {
        await window.hand(batch);
        batch = [];
        await window.close();
        // A row longer than the window: nothing stands between, so the bound may move up to it.
        if (line.byte >= handling.handedBelow()) await handling.checkpoint({ to: line.byte, rows: 0, rejected: [] });
        if (handling.isEnough()) return;
      }
      batch.push(line);
      if (batch.length < handling.handler.batchSize) continue;
      await window.hand(batch);
      batch = [];
      if (handling.isCheckpointDue()) await window.close();
      if (handling.isEnough()) break;
    }
    await window.hand(batch);
  } catch (error) {
    await window.close();
    throw error;
  }
  await window.close();
}

/** The batches between two checkpoints. */
class Window {
  readonly #handling: RowHandling;
  #batches: Batch[] = [];
  #failure: { readonly error: unknown } | undefined;

  constructor(handling: RowHandling) {
    this.#handling = handling;
  }

  /** Begins a call as soon as the handler has a slot; returns when it has begun. */
  async hand(lines: readonly Line[]): Promise<void> {
    const last = lines.at(-1);
    if (last === undefined) return;
    const { handler, signal } = this.#handling;
    await slotsOf(handler).acquire();
    if (this.#failure !== undefined || signal.aborted) {
      slotsOf(handler).release();
      throw this.#failure === undefined ? signal.reason : this.#failure.error;
    }
    this.#batches.push({ to: last.byte + last.length + 1, rows: lines.length, rejected: this.#call(lines) });
  }

  /** Waits for all calls, and commits what they did up to the first that failed. */
  async close(): Promise<void> {
    const batches = this.#batches;
    this.#batches = [];
    const settled = await Promise.allSettled(batches.map(({ rejected }) => rejected));
    const failed = settled.findIndex(({ status }) => status === 'rejected');
    const handled = failed < 0 ? batches : batches.slice(0, failed);
    const last = handled.at(-1);
    if (last !== undefined) {
      await this.#handling.checkpoint({
        to: last.to,
        rows: handled.reduce((rows, batch) => rows + batch.rows, 0),
        rejected: settled
          .slice(0, handled.length)
          .flatMap((result) => (result.status === 'fulfilled' ? result.value : [])),
      });
    }
    if (this.#failure === undefined) return;
    const { error } = this.#failure;
    throw this.#handling.signal.aborted ? this.#handling.signal.reason : error;
  }

  #call(lines: readonly Line[]): Promise<RejectedRow[]> {
    const { handler } = this.#handling;
    const call = async (): Promise<RejectedRow[]> => {
      try {
        const { rows, rejected } = await this.#rowsOf(lines);
        if (rows.length === 0) return rejected;
        const repeats = lines.some(({ byte }) => this.#handling.mayRepeat(byte));
        return [...rejected, ...(await this.#handling.caller.call(rows, repeats))];
      } catch (error) {
        this.#failure ??= { error };
        throw error;
      } finally {
        slotsOf(handler).release();
      }
    };
    const rejected = call();
    // `close` hears of it.
    rejected.catch(() => {});
    return rejected;
  }
  /** The rows that can be handed out, and the others, rejected. */
  async #rowsOf(lines: readonly Line[]): Promise<{ rows: readonly LazyRow[]; rejected: RejectedRow[] }> {
    const { name, handler, rejectsMisfits } = this.#handling;
    const rows = lines.flatMap(({ content }) =>
      content === undefined ? [] : [new LazyRow(content, name, handler.schema)],
    );
    const tooLong = lines.filter(({ content }) => content === undefined).map((line) => this.#rejectedUnread(line));
    if (!rejectsMisfits) return { rows, rejected: tooLong };
    const { fitting, misfits } = await partedByFit(rows);
    const misfitting = misfits.map(({ row, why }) => rejection(name, row, `OUTPUT_MISMATCH: ${why}`));
    return { rows: fitting, rejected: [...tooLong, ...misfitting] };
  }

  /** A row whose key can't be read: its place in the result file stands for it. */
  #rejectedUnread({ byte, length }: Line): RejectedRow {
    const { name: handler, uri } = this.#handling;
    const reason = `TOO_LONG: the result row at byte ${byte} of ${uri} has ${length} bytes, more than can be held to hand it out`;
    return { key: `${uri}@${byte}`, reason, handler, source: { uri, line: 0 } };
  }
}
