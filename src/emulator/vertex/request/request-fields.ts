import { isObject, toCamelCase } from '../known-fields';

/** An object's entries under their camelCase names, nulls left out. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  if (!isObject(value)) return fields;
  for (const name in value) {
    const content = value[name];
    if (content !== null && content !== undefined) fields[toCamelCase(name)] = content;
  }
  return fields;
}

/** A list, where a lone value stands for a list of one. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
