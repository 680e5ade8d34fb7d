import type { ObjectStore } from '../gateways/object-store';
import type { StoredTable, TableStore } from '../gateways/table-store';
import { type OutputPlace, readCollectedRows } from '../rows/collected-rows';
import { readWhole } from '../rows/commits';
import { readLines } from '../rows/lines';
import { requestColumns } from '../rows/tables/output-table';
import { readTableLines } from '../rows/tables/read-table-lines';
import type { PinnedTable, SourceFile } from '../rows/sources';
import { joinOutput } from './join-output';
import type { UnansweredRows } from './write-errors';

type JsonObject = Readonly<Record<string, unknown>>;

interface EchoedRequest {
  readonly row: number;
  readonly request: JsonObject;
}

/** Requests of these rows as the outputs echo them where they failed. What a copy of a table left out is read from the table. */
export async function* echoedRequests(
  unanswered: UnansweredRows,
  rows: ReadonlySet<number>,
): AsyncGenerator<EchoedRequest> {
  const { store, tables, attempt } = unanswered;
  const leftOut = new Map<PinnedTable, Set<number>>();
  for await (const { row, place, file, table } of echoesOf(unanswered, rows)) {
    attempt.heartbeat();
    const { request } = await parsedRow(store, file, place, attempt.signal);
    if (isObject(request)) yield { row, request };
    else if (table !== undefined) leftOut.set(table, (leftOut.get(table) ?? new Set()).add(row));
  }
  if (tables === undefined) return;
  for (const [pinned, wanted] of leftOut) {
    const table = await tables.find(pinned.uri, { signal: attempt.signal });
    // rows are found by their keys: it is enough that they are still there
    if (table?.rows === pinned.rows) yield* requestsIn(tables, table, unanswered, wanted);
  }
}

/** Where the output lines stand that won these rows. */
async function* echoesOf({ store, books, objects, attempt }: UnansweredRows, rows: ReadonlySet<number>) {
  for (const [object, { entries, words, files, table }] of objects.entries()) {
    if (entries === null) continue;
    for await (const collected of readCollectedRows(store, entries, { words, object }, { signal: attempt.signal })) {
      for (let at = 0; at < collected.length; at += 1) {
        const { row, echo: place, offset } = collected.at(at);
        const file: SourceFile | undefined = place === null ? undefined : files[place.file];
        if (place === null || file === undefined || !rows.has(row)) continue;
        if (books.kindOf(row) === 'failed' && books.isWinner(row, object, offset)) yield { row, place, file, table };
      }
    }
  }
}

async function parsedRow(
  store: ObjectStore,
  { uri, generation }: SourceFile,
  { from, to }: OutputPlace,
  signal: AbortSignal,
): Promise<JsonObject> {
  const line = await readWhole(store, uri, { generation, from, to, signal });
  return JSON.parse(line.toString('utf8')) as JsonObject;
}

/** Finds rows by their keys, as they were found when they were copied. */
async function* requestsIn(
  tables: TableStore,
  table: StoredTable,
  { index, attempt }: UnansweredRows,
  wanted: ReadonlySet<number>,
): AsyncGenerator<EchoedRequest> {
  const { outputKeyField } = index;
  const left = new Set(wanted);
  const options = { columns: requestColumns(table, outputKeyField), signal: attempt.signal };
  for await (const { content } of readLines(readTableLines(tables, table, options))) {
    attempt.heartbeat();
    if (left.size === 0) return;
    const { [outputKeyField]: key, request } = JSON.parse(content?.toString('utf8') ?? '{}') as JsonObject;
    const joined = joinOutput(index, undefined, { key, requestHash: () => undefined });
    if (joined?.kind === 'row' && isObject(request) && left.delete(joined.row)) yield { row: joined.row, request };
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}
