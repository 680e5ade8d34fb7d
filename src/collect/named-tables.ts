import type { Attempt } from '../activities/attempt';
import type { SourceFile } from '../activities/contract';
import { copyToFile, fileNameOf } from '../activities/copy-table';
import { BatchError } from '../domain/batch-error';
import { isInBigQuery } from '../domain/bigquery-uri';
import { NO_SUCH_TABLE, unreadableProblem } from '../domain/input-table';
import { GatewayError } from '../gateways/gateway-error';
import type { ObjectStore } from '../gateways/object-store';
import type { StoredTable, TableStore } from '../gateways/table-store';

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

/** Copies of tables below the directory, which are read as files are. */
export async function copyTables(
  gateways: { readonly store: ObjectStore; readonly tables: () => TableStore },
  tables: readonly StoredTable[],
  directory: string,
  attempt: Attempt,
): Promise<readonly SourceFile[]> {
  const { store } = gateways;
  const copies: SourceFile[] = [];
  // files of this machine are joined by writing them again
  const rangeBytes = directory.startsWith('gs://') ? undefined : Infinity;
  for (const table of tables) {
    const base = `${directory}tables/${fileNameOf(table)}`;
    const options = { changed: changedMeanwhile, rangeBytes };
    copies.push(await copyToFile({ store, tables: gateways.tables() }, table, base, attempt, options));
  }
  return copies;
}

function changedMeanwhile(uri: string, cause?: unknown): GatewayError {
  return new GatewayError('unavailable', `${uri} changed while it was read; collect again when nothing writes to it.`, {
    cause,
  });
}
