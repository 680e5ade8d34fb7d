import type { PartBooks } from '../domain/books';
import type { ObjectStore } from '../gateways/object-store';
import type { TableStore } from '../gateways/table-store';
import { type DataObject, nonce } from '../rows/commits';
import { LineWriter } from '../rows/line-writer';
import { readObjectLines } from '../rows/object-lines';
import type { PartIndex } from '../rows/part-index';
import type { ErrorRow } from '../rows/result-row';
import type { Attempt } from './attempt';
import type { CollectedObjects } from './merge-rounds';

/** Error lines that are held at a time while they are brought into input order. */
const WINDOW_BYTES = 16 * 1024 * 1024;
const WINDOW_ROWS = 50_000;

export interface UnansweredRows {
  readonly store: ObjectStore;
  /** @default no output is a copy of a table that left something out */
  readonly tables?: TableStore | undefined;
  readonly index: PartIndex;
  readonly books: PartBooks;
  readonly objects: readonly CollectedObjects[];
  readonly readdress: (line: Buffer, row: number) => Promise<string>;
  /** What is said of a row that never came. */
  readonly missing: { readonly round: number; readonly message: string };
  readonly workPrefix: string;
  readonly attempt: Attempt;
}

/** One line for each row without an answer, in input order; null when there is none. */
export async function writeErrors(unanswered: UnansweredRows): Promise<DataObject | null> {
  const { store, books, workPrefix, attempt } = unanswered;
  const writer = new LineWriter(store, `${workPrefix}-errors-${nonce()}.jsonl`);
  try {
    const rows = books.rowsThat((row) => books.kindOf(row) !== 'answered');
    for (const window of windowsOf(books, rows)) {
      const lines = await linesOf(unanswered, window);
      for (const row of window) {
        attempt.heartbeat();
        writer.add(lines.get(row) ?? JSON.stringify(missingRow(unanswered, row)));
        if (writer.isFull) await writer.drain();
      }
    }
    return await writer.close();
  } finally {
    await writer.abandon();
  }
}

function* windowsOf(books: PartBooks, rows: Iterable<number>): Generator<number[]> {
  let window: number[] = [];
  let bytes = 0;
  for (const row of rows) {
    window.push(row);
    bytes += books.kindOf(row) === 'missing' ? 0 : books.placeOf(row).length;
    if (bytes < WINDOW_BYTES && window.length < WINDOW_ROWS) continue;
    yield window;
    window = [];
    bytes = 0;
  }
  if (window.length > 0) yield window;
}

/** The written lines of these rows, read object by object. */
async function linesOf({ store, books, objects, readdress, attempt }: UnansweredRows, window: readonly number[]) {
  const rowsOfObject = new Map<number, Map<number, number>>();
  for (const row of window) {
    if (books.kindOf(row) === 'missing') continue;
    const { object, offset } = books.placeOf(row);
    const rows = rowsOfObject.get(object) ?? new Map<number, number>();
    rowsOfObject.set(object, rows.set(offset, row));
  }
  const lines = new Map<number, Buffer | string>();
  for (const [object, rowAt] of rowsOfObject) {
    const errors = objects[object]?.errors;
    if (!errors) throw new Error(`Range ${object} of the books has failed rows and no object of them`);
    const from = [...rowAt.keys()].reduce((least, offset) => Math.min(least, offset), Infinity);
    const to = [...rowAt.keys()].reduce((most, offset) => Math.max(most, offset), 0) + 1;
    for await (const { byte, content } of readObjectLines(store, errors, { from, to, signal: attempt.signal })) {
      const row = rowAt.get(byte);
      if (row === undefined || content === undefined) continue;
      lines.set(row, books.isMoved(row) ? await readdress(content, row) : Buffer.from(content));
    }
  }
  return lines;
}

function missingRow({ index, missing }: UnansweredRows, row: number): ErrorRow {
  return {
    key: index.keyOf(row),
    outcome: 'missing',
    source: index.sourceOf(row),
    error: { code: null, status: 'MISSING', message: missing.message, retryable: true },
    round: missing.round,
  };
}
