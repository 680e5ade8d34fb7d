import type { StoredTable, TableStore } from '../../gateways/table-store';
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
  const waiting: Promise<Buffer>[] = [];
  const ranges = rowRanges(table, RANGE_BYTES)[Symbol.iterator]();
  const begin = (): void => {
    const { done, value } = ranges.next();
    if (done === true) return;
    const reading = rangeOfLines(store, table, value, options);
    // It is awaited in its turn; until then its failure has nobody.
    reading.catch(() => undefined);
    waiting.push(reading);
  };
  for (let lane = 0; lane < RANGES_AT_A_TIME; lane += 1) begin();
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const lines = await next;
    begin();
    yield lines;
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

async function rangeOfLines(
  store: TableStore,
  table: StoredTable,
  range: RowRange,
  options: CallOptions,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const { lines } of store.readLines(table, { ...range, ...options })) pieces.push(lines);
  return Buffer.concat(pieces);
}
