import type { StoredTable, TableLines, TableStore } from '../../gateways/table-store';
import type { CallOptions } from '../commits';

export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** About what one answer of the service holds. */
const RANGE_BYTES = 4_000_000;
const RANGES_AT_A_TIME = 4;
/** Of each range: some have far larger rows than the table has on average. */
const MOST_HELD_BYTES = 2 * RANGE_BYTES;

/** The table's rows in their order, each as a line of JSON with its end; some ranges are read at a time. */
export async function* readTableLines(
  store: TableStore,
  table: StoredTable,
  options: CallOptions = {},
): AsyncGenerator<Buffer> {
  for await (const { lines } of readLinesAhead(store, table, rowRanges(table, RANGE_BYTES), options)) yield lines;
}

/** Cuts a range of a table into those that are worth one answer of the service. */
export function answersOf({ from, to }: RowRange, { rows, bytes }: Pick<StoredTable, 'rows' | 'bytes'>): RowRange[] {
  const share = { rows: to - from, bytes: (bytes * (to - from)) / rows };
  return rowRanges(share, RANGE_BYTES).map((range) => ({ from: from + range.from, to: from + range.to }));
}

/** The rows of these ranges in their order. While one range's are taken, the next ones are read, as far as they may wait in memory. */
export async function* readLinesAhead(
  store: TableStore,
  table: StoredTable,
  ranges: Iterable<RowRange>,
  options: CallOptions = {},
): AsyncGenerator<TableLines> {
  const waiting: RangeAhead[] = [];
  const toRead = ranges[Symbol.iterator]();
  const linesOf = async function* (range: RowRange): AsyncGenerator<TableLines> {
    yield* store.readLines(table, { ...range, ...options });
  };
  const begin = (): void => {
    const { done, value } = toRead.next();
    if (done !== true) waiting.push(new RangeAhead(linesOf(value)));
  };
  for (let lane = 0; lane < RANGES_AT_A_TIME; lane += 1) begin();
  try {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      yield* next.lines();
      waiting.shift();
      begin();
    }
  } finally {
    await Promise.all(waiting.map((range) => range.close()));
  }
}

/** A range that is read before its turn, up to a bound. */
class RangeAhead {
  readonly #source: AsyncGenerator<TableLines>;
  readonly #held: TableLines[] = [];
  readonly #filled: Promise<void>;
  #isOver = false;

  constructor(lines: AsyncGenerator<TableLines>) {
    this.#source = lines;
    this.#filled = this.#fill();
    // It is awaited in its turn; until then its failure has nobody.
    this.#filled.catch(() => undefined);
  }

  async *lines(): AsyncGenerator<TableLines> {
    await this.#filled;
    for (let held = this.#held.shift(); held !== undefined; held = this.#held.shift()) yield held;
    for (let next = await this.#next(); next !== undefined; next = await this.#next()) yield next;
  }

  /** Reads nothing more. */
  async close(): Promise<void> {
    await this.#filled.catch(() => undefined);
    await this.#source.return(undefined);
  }

  async #fill(): Promise<void> {
    for (let bytes = 0; bytes < MOST_HELD_BYTES;) {
      const next = await this.#next();
      if (next === undefined) return;
      this.#held.push(next);
      bytes += next.lines.length;
    }
  }

  async #next(): Promise<TableLines | undefined> {
    if (this.#isOver) return undefined;
    const { done, value } = await this.#source.next();
    this.#isOver = done === true;
    return done === true ? undefined : value;
  }
}

/** Cuts a table into ranges of about so many bytes that own every row once. */
export function rowRanges({ rows, bytes }: Pick<StoredTable, 'rows' | 'bytes'>, rangeBytes: number): RowRange[] {
  const count = Math.min(rows, Math.max(1, Math.ceil(bytes / rangeBytes)));
  const even = Math.ceil(rows / Math.max(1, count));
  return Array.from({ length: even === 0 ? 0 : Math.ceil(rows / even) }, (_, range) => ({
    from: range * even,
    to: Math.min(rows, (range + 1) * even),
  }));
}
