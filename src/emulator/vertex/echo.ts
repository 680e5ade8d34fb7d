import type { EchoBehaviour } from '../scenario';
import type { Column } from './import-schema';
import { OWN_COLUMNS } from './job-input';
import { isObject } from './known-fields';

const OWN_NAMES = new Set(['request', ...OWN_COLUMNS]);

/** A value as it comes back from the import: keys sorted, and null for each key that only other rows have. */
export function echoOf(value: unknown, column: Column | undefined, behaviour: EchoBehaviour): unknown {
  if (Array.isArray(value)) return value.map((item) => echoOf(item, column, behaviour));
  if (!isObject(value)) return value;
  const fill = behaviour.nullFill ?? true;
  const names = fill && column !== undefined ? column.names : Object.keys(value).sort();
  const echo: Record<string, unknown> = {};
  for (const name of names) {
    const content = value[name];
    echo[name] = content === undefined || content === null ? null : echoOf(content, column?.child(name), behaviour);
  }
  return echo;
}

/** The row's other top-level keys, as the output repeats them. */
export function extraKeysOf(
  row: Readonly<Record<string, unknown>>,
  columns: Column,
  behaviour: EchoBehaviour,
): Record<string, unknown> {
  const extra: Record<string, unknown> = {};
  if (behaviour.extraKeys === false) return extra;
  const names = (behaviour.nullFill ?? true) ? columns.names : Object.keys(row);
  for (const name of names) {
    if (OWN_NAMES.has(name)) continue;
    const column = columns.child(name);
    const value = row[name] ?? null;
    const coerced = behaviour.coerceNumericStrings === true && column?.looksNumeric === true && value !== null;
    extra[name] = coerced ? Number(value) : echoOf(value, column, behaviour);
  }
  return extra;
}
