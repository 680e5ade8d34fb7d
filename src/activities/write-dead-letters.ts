import { BatchError } from '../domain/batch-error';
import type { PartBooks } from '../domain/books';
import { type DataObject, nonce } from '../rows/commits';
import { LineWriter } from '../rows/line-writer';
import type { PartIndex } from '../rows/part-index';
import { readRows } from '../rows/read-rows';
import { echoedRequests } from './echoed-requests';
import type { UnansweredRows } from './write-errors';

/** Rows whose places are held at a time. */
const GROUP_ROWS = 50_000;

export interface DeadLetters {
  readonly written: DataObject | null;
  /** Rows that neither the input nor the output has any more. */
  readonly lost: number;
}

/**
 * Failed and missing rows as they were given, in input order, those left out that validation found bad; behind them those whose input changed, from the output's echo.
 * @param keyField the caller's; null where he gave no keys, so that each row gets the one that results and errors name
 */
export async function writeDeadLetters(unanswered: UnansweredRows, keyField: string | null): Promise<DeadLetters> {
  const { store, index, books, workPrefix, attempt } = unanswered;
  const dead = books.rowsThat((row) => isDead(books.kindOf(row)) && !books.isTakenOut(row));
  const writer = new LineWriter(store, `${workPrefix}-dead-letters-${nonce()}.jsonl`);
  const gone: number[] = [];
  try {
    for (const rows of byFile(index, dead)) {
      const written = await copyRows(unanswered, rows, keyField === null, writer);
      for (const row of rows.slice(written)) gone.push(row);
    }
    const rescued = gone.length === 0 ? 0 : await writeEchoes(unanswered, new Set(gone), keyField, writer);
    const lost = gone.length - rescued;
    if (lost > 0)
      attempt.log.warn(
        `Dead letters that can't be written, since their input is not there any more as it was: ${lost}`,
      );
    return { written: await writer.close(), lost };
  } finally {
    await writer.abandon();
  }
}

function isDead(kind: ReturnType<PartBooks['kindOf']>): boolean {
  return kind === 'failed' || kind === 'missing';
}

/** Rows of one input file at a time, in bounded lists. */
function* byFile(index: PartIndex, rows: Iterable<number>): Generator<number[]> {
  let group: number[] = [];
  let uri: string | undefined;
  for (const row of rows) {
    const itsUri = index.locationOf(row).uri;
    if (group.length > 0 && (itsUri !== uri || group.length >= GROUP_ROWS)) {
      yield group;
      group = [];
    }
    uri = itsUri;
    group.push(row);
  }
  if (group.length > 0) yield group;
}

/** How many rows were copied before the input turned out to have changed. */
async function copyRows(
  { store, index, attempt }: UnansweredRows,
  rows: readonly number[],
  keyless: boolean,
  writer: LineWriter,
): Promise<number> {
  let written = 0;
  try {
    for await (const { row, content } of readRows(store, index, rows, { reuseMemory: true, signal: attempt.signal })) {
      attempt.heartbeat();
      writer.add(keyless ? withKey(content, index.keyOf(row)) : content);
      written += 1;
      if (writer.isFull) await writer.drain();
    }
  } catch (error) {
    if (!(error instanceof BatchError) || error.type !== 'InputChanged') throw error;
  }
  return written;
}

/** The rest of the line stays as it was given, byte for byte. */
function withKey(content: Buffer, key: string): string {
  const text = content.toString('utf8');
  const row = JSON.parse(text) as Record<string, unknown>;
  if ('key' in row) return text;
  return `{"key":${JSON.stringify(key)},${text.slice(text.indexOf('{') + 1)}`;
}

async function writeEchoes(
  unanswered: UnansweredRows,
  rows: ReadonlySet<number>,
  keyField: string | null,
  writer: LineWriter,
): Promise<number> {
  const { index } = unanswered;
  let written = 0;
  for await (const { row, request } of echoedRequests(unanswered, rows)) {
    const metadata = index.metadataOf(row) ?? {};
    writer.add(JSON.stringify({ [keyField ?? 'key']: index.keyOf(row), request: withoutNulls(request), ...metadata }));
    written += 1;
    if (writer.isFull) await writer.drain();
  }
  return written;
}

/** An echo has null for every field that was not set. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutNulls(field)]));
}
