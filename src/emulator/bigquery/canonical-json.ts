/**
 * What a JSON column makes of a value: no white space, members in the order of their names. Unknown is whether the
 * service sorts them too (its documentation promises no order, so nobody may rely on one) and whether it keeps the first
 * of two members of one name; this keeps the last, and loses digits of integers beyond 2^53.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted((value as Record<string, unknown>)[name])]));
}
