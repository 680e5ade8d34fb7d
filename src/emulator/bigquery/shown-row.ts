import { invalid } from './bigquery-error';
import type { CellRow, CellValue } from './cells';
import type { StoredRow } from './table-rows';
import type { TableColumn } from './table-schema';
import { formatTimestamp } from './timestamps';
import type { TimestampFormat } from './timestamps';

/** Turns a stored row into an answer's JSON. */
export type RowView = (row: StoredRow) => string;

interface ShownColumn {
  readonly index: number;
  readonly column: TableColumn;
  /** The members of a RECORD. */
  readonly below: readonly ShownColumn[];
}

/**
 * How the rows of a table are shown: these fields of them, in the table's order, and timestamps in this format.
 * @param selectedFields `a,e.d.f`; empty for all
 * @throws {BigQueryError} 400 for a field that the table doesn't have
 */
export function rowView(columns: readonly TableColumn[], selectedFields: string, format: TimestampFormat): RowView {
  const shown = shownColumns(columns, namesOf(selectedFields), '');
  const inFull: RowView = ({ json }) => JSON.stringify(shownRow(JSON.parse(json) as CellRow, shown, format));
  const asStored = selectedFields === '' && !JSON.stringify(columns).includes('"TIMESTAMP"');
  return (row) => (asStored && row.width === columns.length ? row.json : inFull(row));
}

function namesOf(selectedFields: string): readonly string[] {
  return selectedFields === '' ? [] : selectedFields.split(',').map((name) => name.trim());
}

function shownColumns(columns: readonly TableColumn[], names: readonly string[], path: string): ShownColumn[] {
  for (const name of names) {
    const [first = ''] = name.split('.');
    if (!columns.some((column) => sameName(column.name, first))) throw invalid(`No such field: ${path}${first}.`);
  }
  return columns.flatMap((column, index) => {
    const chosen = names.filter((name) => sameName(name.split('.')[0] ?? '', column.name));
    if (names.length > 0 && chosen.length === 0) return [];
    const whole = chosen.some((name) => !name.includes('.'));
    const belowNames = whole ? [] : chosen.map((name) => name.slice(name.indexOf('.') + 1));
    return [{ index, column, below: shownColumns(column.fields ?? [], belowNames, `${path}${column.name}.`) }];
  });
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function shownRow(row: CellRow, columns: readonly ShownColumn[], format: TimestampFormat): CellRow {
  return { f: columns.map((shown) => ({ v: shownValue(row.f[shown.index]?.v ?? null, shown, format) })) };
}

/** A row may be older than its table's last columns; they are NULL there, and a list of nothing where repeated. */
function shownValue(value: CellValue, shown: ShownColumn, format: TimestampFormat): CellValue {
  if (value === null) return shown.column.mode === 'REPEATED' ? [] : null;
  if (typeof value === 'string') return shown.column.type === 'TIMESTAMP' ? formatTimestamp(value, format) : value;
  if (isList(value)) return value.map(({ v }) => ({ v: shownValue(v, { ...shown, column: single(shown) }, format) }));
  return shownRow(value, shown.below, format);
}

function single({ column }: ShownColumn): TableColumn {
  return { ...column, mode: 'NULLABLE' };
}

function isList(value: CellValue): value is Exclude<CellValue, string | null | CellRow> {
  return Array.isArray(value);
}
