import { createHash } from 'node:crypto';

/** What users write to know a request by its echo: nulls left out, names in one spelling and sorted, then SHA-256. */
export function stableHash(request: unknown): string {
  return createHash('sha256').update(stableText(request)).digest('hex');
}

function stableText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== null)
    .map(([name, member]) => [camelCased(name), member] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${stableText(member)}`).join(',')}}`;
}

function camelCased(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
