import type { StoredTable, TableLines, TableStore } from '../../gateways/table-store';
import type { CallOptions } from '../commits';

export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** About what one answer of the service holds. */
const RANGE_BYTES = 4_000_000;
const RANGES_AT_A_TIME = 4;

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

/** The rows of these ranges in their order. While one range's are taken, the next ones are read: some at a time, each held as a whole. */
export async function* readLinesAhead(
  store: TableStore,
  table: StoredTable,
  ranges: Iterable<RowRange>,
  options: CallOptions = {},
): AsyncGenerator<TableLines> {
  const waiting: Promise<TableLines[]>[] = [];
  const toRead = ranges[Symbol.iterator]();
  const begin = (): void => {
    const { done, value } = toRead.next();
    if (done === true) return;
    const reading = linesOfRange(store, table, value, options);
    // It is awaited in its turn; until then its failure has nobody.
    reading.catch(() => undefined);
    waiting.push(reading);
  };
  for (let lane = 0; lane < RANGES_AT_A_TIME; lane += 1) begin();
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const pieces = await next;
    begin();
    for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) yield piece;
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

async function linesOfRange(
  store: TableStore,
  table: StoredTable,
  range: RowRange,
  options: CallOptions,
): Promise<TableLines[]> {
  const pieces: TableLines[] = [];
  for await (const piece of store.readLines(table, { ...range, ...options })) pieces.push(piece);
  return pieces;
}
