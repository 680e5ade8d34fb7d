import type { Cell, TableColumn, TableLines } from '../gateways/table-store';

/** What the texts of a column become in a line. */
export type ColumnJson = 'text' | 'json' | 'integer' | 'float' | 'boolean';

/** Columns whose STRING is JSON, if it is any. */
const JSON_TEXTS: ReadonlySet<string> = new Set(['request', 'response']);

const JSON_OF_TYPE: Readonly<Record<string, ColumnJson>> = {
  JSON: 'json',
  INTEGER: 'integer',
  FLOAT: 'float',
  BOOLEAN: 'boolean',
};

/** undefined for lists and records, whose cells are no texts. */
export function jsonOf({ name, type, mode }: TableColumn): ColumnJson | undefined {
  if (mode === 'REPEATED' || type === 'RECORD' || type === 'STRUCT') return undefined;
  return type === 'STRING' && JSON_TEXTS.has(name) ? 'json' : (JSON_OF_TYPE[type] ?? 'text');
}

/** A row of a table as the line of JSON that a file would have; NULLs are left out. */
export function tableLines(columns: readonly TableColumn[]): (cells: readonly Cell[]) => string {
  const members = columns.map((column) => ({
    name: JSON.stringify(column.name),
    json: WRITERS[jsonOf(column) ?? 'text'],
  }));
  return (cells) => {
    let line = '';
    for (const [index, { name, json }] of members.entries()) {
      const cell = cells[index] ?? null;
      if (cell !== null) line += `${line === '' ? '{' : ','}${name}:${json(cell)}`;
    }
    return line === '' ? '{}' : `${line}}`;
  };
}

/** Rows of a table as lines of JSON, each with its end. */
export function linesOfRows(columns: readonly TableColumn[]): (rows: readonly (readonly Cell[])[]) => TableLines {
  const toLine = tableLines(columns);
  return (rows) => ({ rows: rows.length, lines: Buffer.from(rows.map((cells) => `${toLine(cells)}\n`).join('')) });
}

/** Values come as texts; numbers stay as they are written, whatever their size. */
const WRITERS: Readonly<Record<ColumnJson, (cell: unknown) => string>> = {
  text: JSON.stringify,
  json: textAsJson,
  integer: String,
  float: numberAsJson,
  boolean: String,
};

/** `NaN` and `Infinity` are texts in JSON. */
function numberAsJson(cell: unknown): string {
  return Number.isFinite(Number(cell)) ? JSON.stringify(Number(cell)) : JSON.stringify(String(cell));
}

/** What is no JSON becomes a JSON text, which no rule takes for a request. */
function textAsJson(cell: unknown): string {
  const text = String(cell);
  try {
    JSON.parse(text);
  } catch {
    return JSON.stringify(text);
  }
  return oneLine(text);
}

/** Line breaks of JSON are white space, or they would be escaped. */
function oneLine(json: string): string {
  return json.replaceAll(/[\r\n]/g, ' ');
}
