import type { StoredTable, TableColumn } from '../../gateways/table-store';
import { parseOutputTableUri, toTableUri } from '../../gateways/bq-uri';

/** Of a table in a dataset for which the caller names none. */
const DEFAULT_NAME = 'predictions';

/**
 * Where the job of a claim writes its rows: a table that no other job has, since Google's pages and its protocol definition
 * contradict each other on a table that stands already. A bare project is left as it is, and the service names dataset and table.
 */
export function outputTableOf(outputTable: string, claimKey: string): string {
  const { project, dataset, table } = parseOutputTableUri(outputTable);
  if (dataset === null) return outputTable;
  return toTableUri({ project, dataset, table: `${table ?? DEFAULT_NAME}_${claimKey.replaceAll('-', '_')}` });
}

/** What a result is made of, beside the row's key. */
const ANSWER_COLUMNS: readonly string[] = ['response', 'status'];
const REQUEST_COLUMN = 'request';

/** Key and answer: what rows need that are found by their keys. `undefined` where they have no keys, or no request to leave out. */
export function answerColumns(table: StoredTable, keyField: string): readonly TableColumn[] | undefined {
  const has = (name: string) => table.columns.some((column) => column.name === name);
  if (keyField === REQUEST_COLUMN || ANSWER_COLUMNS.includes(keyField)) return undefined;
  return has(keyField) && has(REQUEST_COLUMN) ? columnsNamed(table, [keyField, ...ANSWER_COLUMNS]) : undefined;
}

/** Key and the request that a row echoes. */
export function requestColumns(table: StoredTable, keyField: string): readonly TableColumn[] {
  return columnsNamed(table, [keyField, REQUEST_COLUMN]);
}

function columnsNamed({ columns }: StoredTable, names: readonly string[]): readonly TableColumn[] {
  return columns.filter(({ name }) => names.includes(name));
}
