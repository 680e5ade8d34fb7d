import type { Attempt } from '../activities/attempt';
import type { SourceFile } from '../rows/sources';
import { copyOutputTable } from '../activities/copy-output-table';
import { copyToFile, type CopyTableOptions, fileNameOf } from '../activities/copy-table';
import { BatchError } from '../domain/batch-error';
import { isInBigQuery } from '../domain/bigquery-uri';
import { NO_SUCH_TABLE, unreadableProblem } from '../domain/input-table';
import { GatewayError } from '../gateways/gateway-error';
import type { ObjectStore } from '../gateways/object-store';
import type { StoredTable, TableStore } from '../gateways/table-store';
import type { Plan } from '../rows/plan';
import type { OutputDirectory } from './find-output-directories';

/** What a table must have to be what it is named for. */
const COLUMN = { Input: 'request', Output: 'response' } as const;

/**
 * The tables among these names, as they are now.
 * @throws {BatchError} for one that isn't there, can't be read by index, or isn't what jobs read or write
 */
export async function findTables(
  tables: () => TableStore,
  which: keyof typeof COLUMN,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly StoredTable[]> {
  const found: StoredTable[] = [];
  for (const name of new Set(names.filter(isInBigQuery))) {
    const table = await tables().find(name, { signal });
    if (table === undefined) throw new BatchError('InputNotFound', `${which} ${name} ${NO_SUCH_TABLE}`);
    const problem = problemOf(table, COLUMN[which]);
    if (problem !== undefined) throw new BatchError('InvalidInput', `${which} ${name} ${problem}`);
    found.push(table);
  }
  return found;
}

function problemOf(table: StoredTable, column: string): string | undefined {
  const hasColumn = table.columns.some(({ name }) => name === column);
  const problem = unreadableProblem(table, hasColumn ? undefined : `has no column "${column}"; is it the right table?`);
  return problem ?? (table.rows === 0 ? 'has no rows.' : undefined);
}

interface Gateways {
  readonly store: ObjectStore;
  readonly tables: () => TableStore;
}

/** Copies of the input's tables below the directory, which are read as files are. */
export async function copyInputs(
  { store, tables }: Gateways,
  found: readonly StoredTable[],
  directory: string,
  attempt: Attempt,
): Promise<readonly SourceFile[]> {
  const copies: SourceFile[] = [];
  for (const table of found) {
    const base = baseOf(table, directory);
    copies.push(await copyToFile({ store, tables: tables() }, table, base, attempt, optionsFor(directory)));
  }
  return copies;
}

/** A copy of an output's table, as far as its rows need it to be joined with the plan's. */
export async function copyOutput(
  { store, tables }: Gateways,
  table: StoredTable,
  { directory, plan }: { readonly directory: string; readonly plan: Plan },
  attempt: Attempt,
): Promise<OutputDirectory> {
  const rows = { plan, part: 1 };
  const gateways = { store, tables: tables() };
  const base = baseOf(table, directory);
  return { uri: table.uri, ...(await copyOutputTable(gateways, table, base, rows, attempt, optionsFor(directory))) };
}

function baseOf(table: StoredTable, directory: string): string {
  return `${directory}tables/${fileNameOf(table)}`;
}

/** Files of this machine are joined by writing them again. */
function optionsFor(directory: string): Pick<CopyTableOptions, 'changed' | 'rangeBytes'> {
  return { changed: changedMeanwhile, rangeBytes: directory.startsWith('gs://') ? undefined : Infinity };
}

function changedMeanwhile(uri: string, cause?: unknown): GatewayError {
  return new GatewayError('unavailable', `${uri} changed while it was read; collect again when nothing writes to it.`, {
    cause,
  });
}
