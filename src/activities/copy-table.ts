import { createHash } from 'node:crypto';
import { BatchError } from '../domain/batch-error';
import { nameInBigQuery } from '../domain/bigquery-uri';
import { isGatewayError } from '../gateways/gateway-error';
import type { ObjectStore } from '../gateways/object-store';
import type { StoredTable, TableStore } from '../gateways/table-store';
import { commitOnce, type DataObject, dataObject, findRecord, nonce } from '../rows/commits';
import { inParallel } from '../rows/in-parallel';
import { joinObjects, publish } from '../rows/publish';
import { type RowRange, rowRanges } from '../rows/tables/read-table-lines';
import { toSourceFile } from '../rows/source-file';
import type { Attempt, RowGateways } from './attempt';
import type { SourceFile } from './contract';

export interface TableGateways extends RowGateways {
  readonly tables: TableStore;
}

/** What is thrown of a table that isn't the same any more. */
export type ChangedTable = (uri: string, cause?: unknown) => Error;

const RANGE_BYTES = 32_000_000;
const RANGES_AT_A_TIME = 4;

/**
 * Copies a table as it is now into one object of JSON lines whose name begins with `base`; the line is the row's number.
 * Ranges are read side by side and noted as they are done: a later attempt goes on with those that are missing.
 * @throws what `changed` makes of a table that changed while it was read
 */
export async function copyTable(
  { store, tables }: TableGateways,
  table: StoredTable,
  base: string,
  attempt: Attempt,
  changed: ChangedTable = inputChanged,
): Promise<DataObject> {
  const { signal } = attempt;
  const ranges = rowRanges(table, RANGE_BYTES);
  const name = `${base}-${pinOf(table)}`;
  const standing = await store.find(`${name}.jsonl`, { signal });
  if (standing !== undefined) return dataObject(standing, table.rows);
  const [first, ...rest] = await inParallel(ranges.length, RANGES_AT_A_TIME, (range) =>
    copyRange({ store, tables }, table, { ...ranges[range]!, uri: `${name}/${range}` }, attempt, changed),
  );
  if (first === undefined) throw new RangeError(`${table.uri} has no rows to copy`);
  if (!(await isSame(tables, table, signal))) throw changed(table.uri);
  const joined = await joinObjects(store, [first, ...rest], `${name}/joined`, { signal });
  const copy = await publish(store, joined, `${name}.jsonl`, { signal });
  await deletePieces(store, `${name}/`, signal);
  return copy;
}

/** The same, as a file that rows are read from. */
export async function copyToFile(
  gateways: TableGateways,
  table: StoredTable,
  base: string,
  attempt: Attempt,
  changed: ChangedTable,
): Promise<SourceFile> {
  const { uri } = await copyTable(gateways, table, base, attempt, changed);
  const object = await gateways.store.find(uri, { signal: attempt.signal });
  if (object === undefined) throw new BatchError('NotFound', `${uri} is gone, which the run had just written`);
  return toSourceFile(object);
}

/** What the name of a copy begins with, where nothing else is said. */
export function fileNameOf({ uri }: StoredTable): string {
  return encodeURIComponent(nameInBigQuery(uri));
}

/** The same version of a table has the same name. */
function pinOf({ uri, lastModified, rows }: StoredTable): string {
  return createHash('sha256')
    .update(JSON.stringify([uri, lastModified, rows]))
    .digest('hex')
    .slice(0, 16);
}

async function copyRange(
  { store, tables }: TableGateways,
  table: StoredTable,
  { uri, ...range }: RowRange & { readonly uri: string },
  attempt: Attempt,
  changed: ChangedTable,
): Promise<DataObject> {
  const { signal } = attempt;
  const standing = await findRecord<DataObject>(store, `${uri}.json`, { signal });
  if (standing !== undefined) return standing;
  const lines = linesOf(tables, table, range, attempt, changed);
  const object = await store.write(`${uri}-${nonce()}.jsonl`, lines, { ifGenerationMatch: 0, signal });
  const record = dataObject(object, range.to - range.from);
  return (await commitOnce(store, `${uri}.json`, record, { signal })).record;
}

async function* linesOf(
  tables: TableStore,
  table: StoredTable,
  range: RowRange,
  attempt: Attempt,
  changed: ChangedTable,
): AsyncGenerator<Buffer> {
  const { signal } = attempt;
  try {
    for await (const { lines } of tables.readLines(table, { ...range, signal })) {
      attempt.heartbeat();
      yield lines;
    }
  } catch (error) {
    if (isGatewayError(error, 'not-found', 'precondition')) throw changed(table.uri, error);
    throw error;
  }
}

async function isSame(tables: TableStore, table: StoredTable, signal: AbortSignal): Promise<boolean> {
  const now = await tables.find(table.uri, { signal });
  return now !== undefined && pinOf(now) === pinOf(table);
}

function inputChanged(uri: string, cause?: unknown): BatchError {
  return new BatchError('InputChanged', `${uri} changed while the run read it`, { cause });
}

async function deletePieces(store: ObjectStore, directory: string, signal: AbortSignal): Promise<void> {
  for await (const { uri } of store.list(directory, { signal })) await store.delete(uri);
}
