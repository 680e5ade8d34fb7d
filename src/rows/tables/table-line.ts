import type { Cell, TableColumn } from '../../gateways/table-store';

/** Columns whose STRING is JSON, if it is any. */
const JSON_TEXTS: ReadonlySet<string> = new Set(['request', 'response']);

/** A row of a table as the line of JSON that a file would have; NULLs are left out. */
export function tableLines(columns: readonly TableColumn[]): (cells: readonly Cell[]) => string {
  const members = columns.map(({ name, type }) => {
    const isText = type === 'STRING' && JSON_TEXTS.has(name);
    return { name: JSON.stringify(name), json: isText ? textAsJson : (JSON_OF_TYPE[type] ?? JSON.stringify) };
  });
  return (cells) => {
    let line = '';
    for (const [index, { name, json }] of members.entries()) {
      const cell = cells[index] ?? null;
      if (cell !== null) line += `${line === '' ? '{' : ','}${name}:${json(cell)}`;
    }
    return line === '' ? '{}' : `${line}}`;
  };
}

type JsonOf = (cell: unknown) => string;

/** Values come as texts; numbers stay as they are written, whatever their size. */
const JSON_OF_TYPE: Readonly<Record<string, JsonOf>> = {
  JSON: (cell) => oneLine(String(cell)),
  INTEGER: String,
  FLOAT: numberAsJson,
  BOOLEAN: String,
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
  return /[\r\n]/.test(json) ? json.replaceAll(/[\r\n]+/g, ' ') : json;
}
