import type { StoredTable, TableStore } from '../gateways/table-store';
import type { PinnedTable } from '../rows/sources';

export function pinnedTable({ uri, lastModified, rows }: StoredTable): PinnedTable {
  return { uri, lastModified, rows };
}

/** The table, if it is still there and as it was. */
export async function findUnchanged(
  tables: TableStore,
  { uri, lastModified, rows }: PinnedTable,
  signal: AbortSignal,
): Promise<StoredTable | undefined> {
  const now = await tables.find(uri, { signal });
  return now?.lastModified === lastModified && now.rows === rows ? now : undefined;
}
