import type { ReadLinesOptions, RowRange, StoredTable, TableLines, TableStore } from '../../gateways/table-store';

/** About what one answer of the service holds. */
const ANSWER_BYTES = 4_000_000;

/** The table's rows in their order, each as a line of JSON with its end; what comes is valid until the next comes. */
export async function* readTableLines(
  store: TableStore,
  table: StoredTable,
  options: ReadLinesOptions = {},
): AsyncGenerator<Buffer> {
  const sizes = new AnswerSizes(table);
  for await (const lines of store.readLines(table, sizes.cut([{ from: 0, to: table.rows }]), options)) {
    sizes.note(lines);
    yield lines.lines;
  }
}

/** How many times as many rows an answer may have as by the table's own measure. */
const MOST_TIMES = 8;

/** Cuts ranges of rows into those that are worth one answer of the service, by what rows took so far. */
export class AnswerSizes {
  readonly #average: number;
  #rows = 0;
  #bytes = 0;

  constructor({ rows, bytes }: Pick<StoredTable, 'rows' | 'bytes'>) {
    this.#average = bytes / rows;
  }

  note({ rows, lines }: TableLines): void {
    this.#rows += rows;
    this.#bytes += lines.length;
  }

  /** Each is cut when it is asked for. */
  *cut(ranges: Iterable<RowRange>): Generator<RowRange> {
    for (const { from, to } of ranges) {
      for (let next = from, end: number; next < to; next = end) {
        end = Math.min(to, next + Math.max(1, Math.floor(ANSWER_BYTES / this.#bytesOfRow())));
        yield { from: next, to: end };
      }
    }
  }

  #bytesOfRow(): number {
    const seen = this.#rows === 0 ? this.#average : this.#bytes / this.#rows;
    return Math.max(1, seen, this.#average / MOST_TIMES);
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
