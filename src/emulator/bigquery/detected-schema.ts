import { isJsonObject } from './bigquery-call';
import type { JsonObject } from './bigquery-call';
import { invalid } from './bigquery-error';
import type { ColumnType, TableColumn } from './table-schema';

/**
 * A schema by the JSON types of some rows. The service's own detection goes further: it also finds numbers, dates and
 * timestamps in texts.
 * @throws {BigQueryError} 400 for values of two types
 */
export function detectedSchema(rows: readonly JsonObject[], path = ''): readonly TableColumn[] {
  const values = new Map<string, unknown[]>();
  for (const [name, value] of rows.flatMap((row) => Object.entries(row))) {
    if (value === null) continue;
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return [...values].map(([name, found]) => detectedColumn(name, found, `${path}${name}`));
}

function detectedColumn(name: string, values: readonly unknown[], path: string): TableColumn {
  const isRepeated = Array.isArray(values[0]);
  const singles = values.flatMap((value) => value);
  const type = singles
    .map(typeOf)
    .reduce((one, other) => common(one, other, path), undefined as ColumnType | undefined);
  return {
    name,
    type: type ?? 'STRING',
    mode: isRepeated ? 'REPEATED' : 'NULLABLE',
    ...(type === 'RECORD' && { fields: detectedSchema(singles.filter(isJsonObject), `${path}.`) }),
  };
}

function typeOf(value: unknown): ColumnType {
  if (typeof value === 'boolean') return 'BOOLEAN';
  if (typeof value === 'number') return Number.isInteger(value) ? 'INTEGER' : 'FLOAT';
  return isJsonObject(value) ? 'RECORD' : 'STRING';
}

function common(one: ColumnType | undefined, other: ColumnType, path: string): ColumnType {
  if (one === undefined || one === other) return other;
  const both = [one, other];
  if (both.includes('RECORD')) throw invalid(`Field ${path} has a record in one row and a value in another`, path);
  return both.every((type) => type === 'INTEGER' || type === 'FLOAT') ? 'FLOAT' : 'STRING';
}
