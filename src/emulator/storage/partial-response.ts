import { StorageError } from './storage-error';

/** A `fields` selector: what to keep at this level, and of it in turn. Nothing below means everything. */
export type Fields = ReadonlyMap<string, Fields>;

/**
 * Reads `a,b/c,d(e,f)`.
 * @throws {StorageError} 400 for a selector that can't be read
 */
export function fieldsOf(selector: string): Fields {
  const tokens = selector.match(/[^,/()]+|[,/()]/g) ?? [];
  const fields = readList(tokens, selector);
  if (tokens.length > 0) throw invalidSelector(selector);
  return fields;
}

export function selectFields(value: unknown, fields: Fields): unknown {
  if (fields.size === 0) return value;
  if (Array.isArray(value)) return value.map((element) => selectFields(element, fields));
  if (typeof value !== 'object' || value === null) return value;
  const selected: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const below = fields.get(key) ?? fields.get('*');
    if (below) selected[key] = selectFields(field, below);
  }
  return selected;
}

function readList(tokens: string[], selector: string): Fields {
  const fields = new Map<string, Fields>();
  do {
    const name = readName(tokens, selector);
    fields.set(name, merged(fields.get(name), readBelow(tokens, selector)));
  } while (takes(tokens, ','));
  return fields;
}

function readBelow(tokens: string[], selector: string): Fields {
  if (takes(tokens, '/')) {
    const name = readName(tokens, selector);
    return new Map([[name, readBelow(tokens, selector)]]);
  }
  if (!takes(tokens, '(')) return new Map();
  const fields = readList(tokens, selector);
  if (!takes(tokens, ')')) throw invalidSelector(selector);
  return fields;
}

function readName(tokens: string[], selector: string): string {
  const token = tokens.shift()?.trim();
  if (!token || /^[,/()]$/.test(token)) throw invalidSelector(selector);
  return token;
}

function takes(tokens: string[], token: string): boolean {
  if (tokens[0] !== token) return false;
  tokens.shift();
  return true;
}

function merged(one: Fields | undefined, other: Fields): Fields {
  if (!one) return other;
  if (one.size === 0 || other.size === 0) return new Map();
  const names = new Set([...one.keys(), ...other.keys()]);
  return new Map([...names].map((name) => [name, mergedOf(one.get(name), other.get(name))]));
}

function mergedOf(one: Fields | undefined, other: Fields | undefined): Fields {
  return other ? merged(one, other) : (one ?? new Map());
}

function invalidSelector(selector: string): StorageError {
  const where = { locationType: 'parameter', location: 'fields' } as const;
  return new StorageError(400, 'invalidParameter', `Invalid field selection ${selector}`, where);
}
