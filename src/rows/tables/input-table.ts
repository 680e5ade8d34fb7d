import { BatchError } from '../../domain/batch-error';
import { NO_SUCH_TABLE, tableProblem } from '../../domain/input-table';
import type { StoredTable, TableStore } from '../../gateways/table-store';
import type { CallOptions } from '../commits';

const EMPTY = 'is empty: it must have one request a row.';

/** The table of an input, if a job can read it and we can by index. @throws {BatchError} with the remedy */
export async function findInputTable(
  store: TableStore,
  uri: string,
  { allowEmpty = false, ...options }: CallOptions & { readonly allowEmpty?: boolean } = {},
): Promise<StoredTable> {
  const table = await store.find(uri, options);
  if (table === undefined) throw new BatchError('InputNotFound', `Input ${uri} ${NO_SUCH_TABLE}`);
  const problem = tableProblem(table) ?? (table.rows === 0 && !allowEmpty ? EMPTY : undefined);
  if (problem !== undefined) throw new BatchError('InvalidInput', `Input ${uri} ${problem}`);
  return table;
}
