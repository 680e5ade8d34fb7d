import type { Attempt } from '../activities/attempt';
import type { SourceFile } from '../activities/contract';
import { copyToFile } from '../activities/copy-table';
import { BatchError } from '../domain/batch-error';
import { NO_SUCH_TABLE } from '../domain/input-table';
import { GatewayError } from '../gateways/gateway-error';
import type { ObjectStore } from '../gateways/object-store';
import type { StoredTable, TableStore } from '../gateways/table-store';

/** What a table must have to be what it is named for. */
const COLUMN = { Input: 'request', Output: 'response' } as const;

export function isTableName(name: string): boolean {
  return name.startsWith('bq://');
}

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
  for (const name of new Set(names.filter(isTableName))) {
    const table = await tables().find(name, { signal });
    if (table === undefined) throw new BatchError('InputNotFound', `${which} ${name} ${NO_SUCH_TABLE}`);
    const problem = problemOf(table, COLUMN[which]);
    if (problem !== undefined) throw new BatchError('InvalidInput', `${which} ${name} ${problem}`);
    found.push(table);
  }
  return found;
}

function problemOf({ type, rows, isStreaming, columns }: StoredTable, column: string): string | undefined {
  if (type !== 'TABLE') return `is a ${type}, whose rows can't be read by index; copy it into a table.`;
  if (isStreaming) return 'has rows in its streaming buffer, which can’t be read by index yet; collect again later.';
  if (!columns.some(({ name }) => name === column)) return `has no column "${column}"; is it the right table?`;
  return rows === 0 ? 'has no rows.' : undefined;
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
  for (const table of tables) {
    const base = `${directory}tables/${encodeURIComponent(table.uri.slice('bq://'.length))}`;
    copies.push(await copyToFile({ store, tables: gateways.tables() }, table, base, attempt, changedMeanwhile));
  }
  return copies;
}

function changedMeanwhile(uri: string, cause?: unknown): GatewayError {
  return new GatewayError('unavailable', `${uri} changed while it was read; collect again when nothing writes to it.`, {
    cause,
  });
}
