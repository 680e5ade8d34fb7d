import type { CellRow, CellValue } from './cells';
import type { StoredRow } from './table-rows';
import type { TableColumn } from './table-schema';
import { formatTimestamp } from './timestamps';

/**
 * Turns a stored row into an object of JSON's types.
 * @param texts columns whose STRING is JSON, where it is
 */
export function jsonRowReader(
  columns: readonly TableColumn[],
  texts: readonly string[],
): (row: StoredRow) => Record<string, unknown> {
  return ({ json }) => {
    const { f } = JSON.parse(json) as CellRow;
    const entries = columns.map((column, index) => {
      const isJson = column.type === 'JSON' || texts.includes(column.name);
      return [column.name, toJson(f[index]?.v ?? null, isJson ? 'JSON' : column.type)] as const;
    });
    return Object.fromEntries(entries);
  };
}

function toJson(value: CellValue, type: TableColumn['type']): unknown {
  if (typeof value !== 'string') return value;
  switch (type) {
    case 'JSON':
      return parsed(value);
    case 'BOOLEAN':
      return value === 'true';
    case 'INTEGER':
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case 'FLOAT':
      return Number.isFinite(Number(value)) ? Number(value) : value;
    case 'TIMESTAMP':
      return formatTimestamp(value, 'ISO8601_STRING');
    default:
      return value;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
