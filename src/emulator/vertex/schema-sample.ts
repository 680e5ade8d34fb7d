import type { SeededRandom } from '../seeded-random';
import { isObject } from './known-fields';
import { fieldsOf, listOf } from './request/request-fields';

interface Sampling {
  readonly random: SeededRandom;
  /** Words to fill strings with. */
  readonly words: readonly string[];
  /** The outermost schema, where `$ref` looks. */
  readonly root: unknown;
}

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-03-14T09:26:53Z',
  date: '2026-03-14',
  time: '09:26:53Z',
  duration: 'P1D',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
  ipv4: '192.0.2.1',
};

const DEEPEST = 12;

/** A value that obeys an OpenAPI schema (`responseSchema`) or a JSON Schema (`responseJsonSchema`). */
export function sampleOf(schema: unknown, random: SeededRandom, words: readonly string[]): unknown {
  return sample(schema, { random, words, root: schema }, 0);
}

function sample(schema: unknown, sampling: Sampling, depth: number): unknown {
  const fields = fieldsOf(schema);
  const target = referenced(fields, sampling.root);
  if (target !== undefined) return depth < DEEPEST ? sample(target, sampling, depth + 1) : null;
  if ('const' in fields) return fields['const'];
  const choices = listOf(fields['enum']);
  if (choices.length > 0) return pick(choices, sampling.random);
  const alternatives = [...listOf(fields['anyOf']), ...listOf(fields['oneOf'])];
  if (alternatives.length > 0) return sample(pick(alternatives, sampling.random), sampling, depth + 1);
  switch (typeOf(fields)) {
    case 'object':
      return sampleObject(fields, sampling, depth);
    case 'array':
      return sampleArray(fields, sampling, depth);
    case 'integer':
      return sampleInteger(fields, sampling.random);
    case 'number':
      return sampleNumber(fields, sampling.random);
    case 'boolean':
      return sampling.random.next() < 0.5;
    case 'null':
      return null;
    default:
      return sampleString(fields, sampling);
  }
}

function pick<T>(items: readonly T[], random: SeededRandom): T | undefined {
  return items[random.below(items.length)];
}

function typeOf(fields: Readonly<Record<string, unknown>>): string {
  const types = listOf(fields['type']).map((type) => String(type).toLowerCase());
  const type = types.find((candidate) => candidate !== 'null') ?? types[0];
  if (type !== undefined) return type;
  if ('properties' in fields) return 'object';
  return 'items' in fields ? 'array' : 'string';
}

function referenced(fields: Readonly<Record<string, unknown>>, root: unknown): unknown {
  const reference = fields['$ref'] ?? fields['ref'];
  if (typeof reference !== 'string') return undefined;
  const path = reference.replace(/^#\/?/, '').split('/');
  return path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), root) ?? {};
}

function sampleObject(fields: Readonly<Record<string, unknown>>, sampling: Sampling, depth: number): object {
  const properties = isObject(fields['properties']) ? fields['properties'] : {};
  const required = new Set(listOf(fields['required']));
  const ordering = listOf(fields['propertyOrdering']).map(String);
  const names = [...new Set([...ordering.filter((name) => name in properties), ...Object.keys(properties)])];
  const result: Record<string, unknown> = {};
  for (const name of names) {
    if (depth > DEEPEST && !required.has(name)) continue;
    result[name] = sample(properties[name], sampling, depth + 1);
  }
  return result;
}

function sampleArray(fields: Readonly<Record<string, unknown>>, sampling: Sampling, depth: number): unknown[] {
  const fewest = numberIn(fields, 'minItems') ?? (depth > DEEPEST ? 0 : 1);
  const most = Math.max(fewest, numberIn(fields, 'maxItems') ?? fewest + 2);
  const length = fewest + sampling.random.below(most - fewest + 1);
  return Array.from({ length }, () => sample(fields['items'], sampling, depth + 1));
}

function sampleInteger(fields: Readonly<Record<string, unknown>>, random: SeededRandom): number {
  const lowest = Math.ceil(numberIn(fields, 'minimum') ?? Math.min(0, numberIn(fields, 'maximum') ?? 0));
  const highest = Math.floor(numberIn(fields, 'maximum') ?? lowest + 100);
  return lowest + random.below(Math.max(1, highest - lowest + 1));
}

function sampleNumber(fields: Readonly<Record<string, unknown>>, random: SeededRandom): number {
  const lowest = numberIn(fields, 'minimum') ?? Math.min(0, numberIn(fields, 'maximum') ?? 0);
  const highest = numberIn(fields, 'maximum') ?? lowest + 1;
  return lowest + Math.floor(random.next() * 1000) * ((highest - lowest) / 1000);
}

function sampleString(fields: Readonly<Record<string, unknown>>, sampling: Sampling): string {
  const format = FORMATS[String(fields['format'])];
  if (format !== undefined) return format;
  const shortest = numberIn(fields, 'minLength') ?? 0;
  const longest = numberIn(fields, 'maxLength') ?? Number.POSITIVE_INFINITY;
  let text = Array.from({ length: 3 }, () => pick(sampling.words, sampling.random) ?? 'word').join(' ');
  while (text.length < shortest) text += ` ${text}`;
  return text.slice(0, longest);
}

/** Protobuf's JSON gives int64 bounds as strings. */
function numberIn(fields: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = fields[name];
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  return Number.isFinite(Number(value)) ? Number(value) : undefined;
}
