import { tableId } from '../bigquery/catalog';
import type { Catalog, Table, TableName } from '../bigquery/catalog';
import { jsonRowReader } from '../bigquery/json-row';
import { rowCount } from '../bigquery/table-rows';
import type { StoredRow } from '../bigquery/table-rows';
import type { TableColumn } from '../bigquery/table-schema';
import type { Scenario } from '../scenario';
import { JobFailure } from './job-failure';
import { OWN_COLUMNS } from './job-input';
import type { ImportedInput, InputBlock, JobInput, RowEcho } from './job-input';
import { datasetProblem } from './table-location';

const ROWS_PER_BLOCK = 512;

/** Types that a column besides `request` may not have. */
const UNSUPPORTED: readonly string[] = ['RECORD', 'RANGE', 'DATETIME', 'GEOGRAPHY'];

interface TableInputOptions {
  readonly catalog: Catalog;
  readonly name: TableName;
  /** The job's. */
  readonly location: string;
  readonly scenario: Scenario;
}

/** A table, as it stands when the job begins to run. */
export function tableInput(options: TableInputOptions): JobInput {
  return {
    locate: () => void readableTable(options),
    async import() {
      const table = readableTable(options);
      assertColumns(table);
      const rows = assertedRows(table, options.scenario.input?.maxRows ?? 200_000);
      const blocks = blocksOf(options.catalog, table, rows);
      if (options.scenario.bigquery?.unreadableRequests === 'job') await assertReadable(blocks);
      return imported(table, rows, blocks);
    },
  };
}

function imported(table: Table, rows: number, blocks: readonly InputBlock[]): ImportedInput {
  const columns = table.columns.filter(({ name }) => !OWN_COLUMNS.includes(name.toLowerCase()));
  return { rows, blocks, echo: (row) => echoOf(row, columns), columns: columns.map(nullable) };
}

function nullable(column: TableColumn): TableColumn {
  return { ...column, mode: 'NULLABLE' };
}

function echoOf(row: Readonly<Record<string, unknown>>, columns: readonly TableColumn[]): RowEcho {
  const extra = columns.filter(({ name }) => name !== 'request').map(({ name }) => [name, row[name] ?? null] as const);
  return { request: row['request'] ?? null, extra: Object.fromEntries(extra) };
}

/** The wordings are made up, but for a dataset's that is in another place. */
function readableTable({ catalog, name, location, scenario }: TableInputOptions): Table {
  const problem = datasetProblem(catalog, name, location, scenario.bigquery ?? {});
  if (problem !== undefined) throw refused(problem);
  const table = catalog.findTable(name);
  if (table === undefined) throw refused(`Not found: Table ${tableId(name)}`);
  if (table.type !== 'TABLE') throw refused(`${tableId(name)} is a ${table.type}, which this emulator can't read`);
  return table;
}

function assertColumns({ columns }: Table): void {
  const request = columns.find(({ name }) => name === 'request');
  if (request === undefined) throw refused('The table has no column "request"');
  if (!isText(request)) throw refused(`Column "request" must be STRING or JSON, not ${typeOf(request)}`);
  const own = columns.filter(({ name }) => ['response', 'status'].includes(name.toLowerCase()));
  const isOutput = own.length === 2 && own.every(isText);
  for (const column of columns) {
    if (own.includes(column) && !isOutput) throw refused(`Reserved column name "${column.name}"`);
    const isUnsupported = column.mode === 'REPEATED' || UNSUPPORTED.includes(column.type);
    if (isUnsupported) throw refused(`Column "${column.name}" has type ${typeOf(column)}, which is not supported`);
  }
}

function isText({ type, mode }: TableColumn): boolean {
  return (type === 'STRING' || type === 'JSON') && mode !== 'REPEATED';
}

function typeOf({ type, mode }: TableColumn): string {
  return mode === 'REPEATED' ? `ARRAY<${type}>` : type;
}

function assertedRows(table: Table, maxRows: number): number {
  const rows = rowCount(table.segments);
  if (rows === 0) throw refused('The input has no rows.');
  if (rows > maxRows) throw refused(`The input has more than ${maxRows} requests.`);
  return rows;
}

function blocksOf(catalog: Catalog, table: Table, rows: number): readonly InputBlock[] {
  const toJson = jsonRowReader(table.columns, ['request', 'response']);
  return Array.from({ length: Math.ceil(rows / ROWS_PER_BLOCK) }, (_, index) => {
    const firstRow = index * ROWS_PER_BLOCK;
    const stored = () => catalog.read(table, firstRow, Math.min(firstRow + ROWS_PER_BLOCK, rows));
    return { firstRow, read: () => linesOf(stored(), toJson) };
  });
}

async function* linesOf(
  rows: AsyncIterable<StoredRow>,
  toJson: (row: StoredRow) => Record<string, unknown>,
): AsyncGenerator<string> {
  for await (const row of rows) yield JSON.stringify(toJson(row));
}

async function assertReadable(blocks: readonly InputBlock[]): Promise<void> {
  for (const block of blocks) {
    for await (const line of block.read()) {
      const { request } = JSON.parse(line) as { request: unknown };
      if (typeof request === 'string') throw refused(`Column "request" has no JSON: ${request.slice(0, 100)}`);
    }
  }
}

function refused(reason: string): JobFailure {
  return new JobFailure(3, `Failed to import data. ${reason}`);
}
