import type { ReadLinesOptions, RowRange, StoredTable, TableStore } from '../../gateways/table-store';

/** About what one answer of the service holds. */
const RANGE_BYTES = 4_000_000;

/** The table's rows in their order, each as a line of JSON with its end; what comes is valid until the next comes. */
export async function* readTableLines(
  store: TableStore,
  table: StoredTable,
  options: ReadLinesOptions = {},
): AsyncGenerator<Buffer> {
  for await (const { lines } of store.readLines(table, rowRanges(table, RANGE_BYTES), options)) yield lines;
}

/** Cuts a range of a table into those that are worth one answer of the service. */
export function answersOf({ from, to }: RowRange, { rows, bytes }: Pick<StoredTable, 'rows' | 'bytes'>): RowRange[] {
  const share = { rows: to - from, bytes: (bytes * (to - from)) / rows };
  return rowRanges(share, RANGE_BYTES).map((range) => ({ from: from + range.from, to: from + range.to }));
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
