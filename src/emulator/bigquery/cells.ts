import { shown } from './bigquery-error';
import { canonicalJson } from './canonical-json';
import type { ColumnType, TableColumn } from './table-schema';
import { toMicros } from './timestamps';

/** A value as the API writes it, but for timestamps, which are microseconds until somebody asks. */
export type CellValue = string | null | CellRow | readonly Cell[];

interface Cell {
  readonly v: CellValue;
}

/** A row, or a RECORD in one. */
export interface CellRow {
  readonly f: readonly Cell[];
}

/** A value doesn't fit its column. */
export class CellRefusal extends Error {
  readonly location: string;

  constructor(message: string, location: string) {
    super(message);
    this.location = location;
  }
}

export interface RowReading {
  /** Whether a JSON column takes any value (load jobs) or a text with JSON in it (`insertAll`). */
  readonly json: 'value' | 'text';
  readonly ignoreUnknownValues: boolean;
}

/** An object of values as a row of the table. @throws {CellRefusal} */
export function toCellRow(value: unknown, columns: readonly TableColumn[], reading: RowReading, path = ''): CellRow {
  if (!isObject(value)) throw new CellRefusal(`This field: ${path.slice(0, -1)} is not a record.`, path.slice(0, -1));
  const given = new Map(Object.entries(value).map(([name, content]) => [name.toLowerCase(), { name, content }]));
  const cells = columns.map((column) => {
    const content = given.get(column.name.toLowerCase())?.content;
    given.delete(column.name.toLowerCase());
    return { v: toValue(content ?? null, column, reading, `${path}${column.name}`) };
  });
  const [unknown] = given.values();
  if (unknown !== undefined && !reading.ignoreUnknownValues) throw noSuchField(`${path}${unknown.name}`, reading);
  return { f: cells };
}

function noSuchField(name: string, reading: RowReading): CellRefusal {
  return new CellRefusal(`${reading.json === 'text' ? 'no' : 'No'} such field: ${name}.`, name);
}

function toValue(content: unknown, column: TableColumn, reading: RowReading, path: string): CellValue {
  if (column.mode !== 'REPEATED') {
    if (content !== null) return toSingle(content, column, reading, path);
    if (column.mode === 'REQUIRED') throw new CellRefusal(`Missing required field: ${path}.`, path);
    return null;
  }
  if (content === null) return [];
  if (!Array.isArray(content)) throw new CellRefusal(`Array specified for non-repeated field: ${path}.`, path);
  return content.map((item) => {
    if (item !== null) return { v: toSingle(item, column, reading, path) };
    throw new CellRefusal(`Only optional fields can be set to NULL. Field: ${path}; Value: NULL`, path);
  });
}

function toSingle(content: unknown, column: TableColumn, reading: RowReading, path: string): CellValue {
  if (column.type === 'RECORD') return toCellRow(content, column.fields ?? [], reading, `${path}.`);
  const text = column.type === 'JSON' ? toJsonText(content, reading, path) : toText(content, column.type);
  if (text === undefined) {
    const given = typeof content === 'string' ? content : JSON.stringify(content);
    throw new CellRefusal(`Could not convert value '${given}' to ${column.type.toLowerCase()}. Field: ${path}`, path);
  }
  return text;
}

/**
 * The streaming call takes JSON as a text: googleapis/python-bigquery#1756 mends the official client to send one. What it
 * says to anything else is unknown; this is its message for an object where a column is no record.
 */
function toJsonText(content: unknown, { json }: RowReading, path: string): string | undefined {
  if (json === 'value') return canonicalJson(content);
  if (typeof content !== 'string') throw new CellRefusal(`This field: ${path} is not a record.`, path);
  try {
    return canonicalJson(JSON.parse(content));
  } catch {
    return undefined;
  }
}

function toText(content: unknown, type: ColumnType): string | undefined {
  if (typeof content === 'object') return undefined;
  const text = shown(content);
  switch (type) {
    case 'INTEGER':
      return /^-?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text) ? text : undefined;
    case 'FLOAT':
      return /^(-?inf(inity)?|nan)$/i.test(text) || isNumber(text) ? text : undefined;
    case 'NUMERIC':
    case 'BIGNUMERIC':
      return isNumber(text) ? text : undefined;
    case 'BOOLEAN':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() : undefined;
    case 'TIMESTAMP':
      return toMicros(content);
    case 'DATE':
      return /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : undefined;
    default:
      return text;
  }
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
