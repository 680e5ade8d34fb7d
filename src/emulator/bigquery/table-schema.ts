import { invalid, shown } from './bigquery-error';

/** The types as the API gives them back; a request may use SQL's names for some. */
const TYPES = [
  'STRING',
  'BYTES',
  'INTEGER',
  'FLOAT',
  'BOOLEAN',
  'TIMESTAMP',
  'DATE',
  'TIME',
  'DATETIME',
  'GEOGRAPHY',
  'NUMERIC',
  'BIGNUMERIC',
  'JSON',
  'INTERVAL',
  'RANGE',
  'RECORD',
] as const;

export type ColumnType = (typeof TYPES)[number];

const ALIASES: Readonly<Record<string, ColumnType>> = {
  INT64: 'INTEGER',
  FLOAT64: 'FLOAT',
  BOOL: 'BOOLEAN',
  STRUCT: 'RECORD',
};

type ColumnMode = 'NULLABLE' | 'REQUIRED' | 'REPEATED';

/** One column of a table, or one member of a RECORD. */
export interface TableColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly mode: ColumnMode;
  readonly description?: string;
  /** Of a RECORD alone. */
  readonly fields?: readonly TableColumn[];
}

const COLUMN_NAME = /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}&%=+:'<>#| ]{1,300}$/u;

/** `{"fields": [...]}` as a request has it. @throws {BigQueryError} 400 */
export function readSchema(schema: unknown): readonly TableColumn[] {
  const fields = isObject(schema) ? schema['fields'] : undefined;
  if (fields === undefined) return [];
  return readColumns(fields, '');
}

/** `{"fields": [...]}` as an answer has it. */
export function toSchema(columns: readonly TableColumn[]): object {
  return { fields: columns };
}

/**
 * Columns that are added to a table; everything that stood there must be there as it was. The messages are those that
 * users of load jobs and of `tables.patch` quote.
 * @throws {BigQueryError} 400
 */
export function assertExtends(before: readonly TableColumn[], after: readonly TableColumn[], table: string): void {
  for (const [index, column] of before.entries()) {
    const now = after[index];
    if (now === undefined || now.name.toLowerCase() !== column.name.toLowerCase()) {
      throw invalid(`Provided Schema does not match Table ${table}. Field ${column.name} is missing in new schema`);
    }
    if (now.type !== column.type) {
      const change = `Field ${column.name} has changed type from ${column.type} to ${now.type}`;
      throw invalid(`Provided Schema does not match Table ${table}. ${change}`);
    }
  }
}

function readColumns(fields: unknown, path: string): readonly TableColumn[] {
  if (!Array.isArray(fields)) throw invalid(`Schema fields must be a list${path === '' ? '' : `: ${path}`}`);
  const columns = fields.map((field) => readColumn(field, path));
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name.toLowerCase())) throw invalid(`Duplicate field name: ${name}`, `${path}${name}`);
    names.add(name.toLowerCase());
  }
  return columns;
}

function readColumn(field: unknown, path: string): TableColumn {
  if (!isObject(field)) throw invalid(`A field of the schema must be an object${path === '' ? '' : `: ${path}`}`);
  const { name, description } = field;
  if (typeof name !== 'string' || !COLUMN_NAME.test(name)) throw invalid(`Invalid field name "${shown(name)}"`);
  const type = readType(field['type'], `${path}${name}`);
  return {
    name,
    type,
    mode: readMode(field['mode'], `${path}${name}`),
    ...(typeof description === 'string' && { description }),
    ...(type === 'RECORD' && { fields: readColumns(field['fields'], `${path}${name}.`) }),
  };
}

function readType(type: unknown, path: string): ColumnType {
  const upper = shown(type).toUpperCase();
  const known = ALIASES[upper] ?? TYPES.find((candidate) => candidate === upper);
  if (known === undefined) throw invalid(`Invalid value for type: ${shown(type)} is not a valid value`, path);
  return known;
}

function readMode(mode: unknown, path: string): ColumnMode {
  const upper = shown(mode ?? 'NULLABLE').toUpperCase();
  if (upper === 'NULLABLE' || upper === 'REQUIRED' || upper === 'REPEATED') return upper;
  throw invalid(`Invalid value for mode: ${shown(mode)} is not a valid value`, path);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
