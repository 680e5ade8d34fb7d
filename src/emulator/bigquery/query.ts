import { BigQueryError, invalid } from './bigquery-error';
import type { Catalog, Table, TableName } from './catalog';
import { rowView } from './shown-row';
import { rowPage } from './table-data-routes';
import type { RowPage } from './table-data-routes';
import { rowCount } from './table-rows';
import type { TableColumn } from './table-schema';
import type { TimestampFormat } from './timestamps';

/** The two statements that are understood, of one table, by its whole name. */
const STATEMENT =
  /^\s*SELECT\s+(?:\*|(?<count>COUNT\(\s*\*\s*\))(?:\s+AS\s+(?<alias>\w+))?)\s+FROM\s+`(?<table>[^`]+)`(?:\s+LIMIT\s+(?<limit>\d+))?\s*;?\s*$/i;

/** What a query found, as it was when it ran. */
export interface QueryResult {
  readonly columns: readonly TableColumn[];
  readonly totalRows: number;
  page(options: { from: number; limit: number | undefined; format: TimestampFormat }): Promise<RowPage>;
}

interface Statement {
  readonly table: TableName;
  readonly limit: number;
  /** The name of its column where rows are counted. */
  readonly count: string | undefined;
}

/** @throws {BigQueryError} 400 for any other statement; this is no database */
export function runQuery(
  catalog: Catalog,
  sql: string,
  project: string,
  defaultDataset: string | undefined,
): QueryResult {
  const { table: name, limit, count } = readStatement(sql, project, defaultDataset);
  const table = catalog.table(name);
  if (table.type !== 'TABLE') throw notUnderstood(`a table of type ${table.type}`);
  if (count !== undefined) return countOf(table, count, limit);
  const totalRows = Math.min(limit, rowCount(table.segments));
  return {
    columns: table.columns,
    totalRows,
    page: ({ from, limit: rows, format }) =>
      rowPage(catalog, table, { from, limit: rows, total: totalRows, view: rowView(table.columns, '', format) }),
  };
}

function readStatement(sql: string, project: string, defaultDataset: string | undefined): Statement {
  const groups = STATEMENT.exec(sql)?.groups;
  if (groups === undefined) throw notUnderstood(`this statement: ${sql}`);
  const parts = (groups['table'] ?? '').split('.');
  const table = parts.pop() ?? '';
  const dataset = parts.pop() ?? defaultDataset;
  if (dataset === undefined) {
    throw invalid(`Table "${table}" must be qualified with a dataset (e.g. dataset.table).`);
  }
  return {
    table: { project: parts.pop() ?? project, dataset, table },
    limit: groups['limit'] === undefined ? Number.POSITIVE_INFINITY : Number(groups['limit']),
    count: groups['count'] === undefined ? undefined : (groups['alias'] ?? 'f0_'),
  };
}

function countOf(table: Table, name: string, limit: number): QueryResult {
  const rows = limit === 0 ? [] : [JSON.stringify({ f: [{ v: String(rowCount(table.segments)) }] })];
  return {
    columns: [{ name, type: 'INTEGER', mode: 'NULLABLE' }],
    totalRows: rows.length,
    page: async ({ from }) => ({ rows: rows.slice(from), nextPageToken: undefined }),
  };
}

function notUnderstood(what: string): BigQueryError {
  const known = 'SELECT * FROM `project.dataset.table` [LIMIT n] and SELECT COUNT(*) FROM `project.dataset.table`';
  return new BigQueryError(
    400,
    'invalidQuery',
    `This emulator is no database and doesn't know ${what}. It knows ${known}.`,
  );
}
