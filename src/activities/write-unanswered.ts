import type { PartBooks } from '../domain/books';
import { BatchError } from '../domain/batch-error';
import type { ObjectStore } from '../gateways/object-store';
import { type DataObject, nonce } from '../rows/commits';
import { LineWriter } from '../rows/line-writer';
import { readObjectLines } from '../rows/object-lines';
import type { PartIndex } from '../rows/part-index';
import { readRows } from '../rows/read-rows';
import type { ErrorRow } from '../rows/result-row';
import type { Attempt } from './attempt';
import type { CollectedObjects } from './merge-rounds';

/** Error lines that are held at a time while they are brought into input order. */
const WINDOW_BYTES = 16 * 1024 * 1024;
const WINDOW_ROWS = 50_000;

export interface UnansweredRows {
  readonly store: ObjectStore;
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

/**
 * Failed and missing rows as they were given, in input order. Those that are no longer to be had are counted as `lost`.
 * @param keyless the caller gave no keys, so each row gets the one that results and errors name
 */
export async function writeDeadLetters(
  { store, index, books, workPrefix, attempt }: UnansweredRows,
  keyless: boolean,
): Promise<{ readonly written: DataObject | null; readonly lost: number }> {
  const dead = books.rowsThat((row) => books.kindOf(row) === 'failed' || books.kindOf(row) === 'missing');
  const writer = new LineWriter(store, `${workPrefix}-dead-letters-${nonce()}.jsonl`);
  let lost = 0;
  try {
    for (const rows of byFile(index, dead)) {
      let written = 0;
      try {
        for await (const { row, content } of readRows(store, index, rows, { signal: attempt.signal })) {
          attempt.heartbeat();
          writer.add(keyless ? withKey(content, index.keyOf(row)) : content);
          written += 1;
          if (writer.isFull) await writer.drain();
        }
      } catch (error) {
        if (!(error instanceof BatchError) || error.type !== 'InputChanged') throw error;
        attempt.log.warn(`${rows.length - written} dead letters can't be written: ${error.message}`);
        lost += rows.length - written;
      }
    }
    return { written: await writer.close(), lost };
  } finally {
    await writer.abandon();
  }
}

/** Rows of one input file at a time, in bounded lists. */
function* byFile(index: PartIndex, rows: Iterable<number>): Generator<number[]> {
  let group: number[] = [];
  let uri: string | undefined;
  for (const row of rows) {
    const itsUri = index.locationOf(row).uri;
    if (group.length > 0 && (itsUri !== uri || group.length >= WINDOW_ROWS)) {
      yield group;
      group = [];
    }
    uri = itsUri;
    group.push(row);
  }
  if (group.length > 0) yield group;
}

/** The rest of the line stays as it was given, byte for byte. */
function withKey(content: Buffer, key: string): string {
  const text = content.toString('utf8');
  const row = JSON.parse(text) as Record<string, unknown>;
  if ('key' in row) return text;
  return `{"key":${JSON.stringify(key)},${text.slice(text.indexOf('{') + 1)}`;
}
