import { type JsonSchema, refused, type ResponseType } from './response-schema';

const CHECK_IT_ELSEWHERE = 'let the handler check it (zod: refine), and ask for it in the prompt or in a description';

/** What narrows an answer and has no form in the API's `Schema`, with what to do instead. */
const INEXPRESSIBLE: Readonly<Record<string, string>> = {
  allOf: 'has allOf, an intersection; make it one object (zod: extend)',
  not: 'has not; say what it may be',
  if: 'has if; make it a union',
  prefixItems: 'is a tuple; make it an object with a name for each place',
  patternProperties: 'has names by pattern; make it a list of {name, value}',
  dependentRequired: 'has dependentRequired; make it a union',
  dependentSchemas: 'has dependentSchemas; make it a union',
  contains: `has contains; ${CHECK_IT_ELSEWHERE}`,
  multipleOf: `has multipleOf; ${CHECK_IT_ELSEWHERE}`,
};

/** @throws {TypeError} for the first keyword that would be lost */
export function refuseInexpressible(schema: JsonSchema, path: string): void {
  const keyword = Object.keys(INEXPRESSIBLE).find((name) => schema[name] !== undefined);
  if (keyword !== undefined) throw refused(path, INEXPRESSIBLE[keyword] as string);
  if (schema['uniqueItems'] === true) throw refused(path, `has uniqueItems; ${CHECK_IT_ELSEWHERE}`);
}

/** Formats that JSON Schema defines: a pattern beside one says the same, at length, in every row. */
const STANDARD_FORMATS = new Set([
  'date-time',
  'date',
  'time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uri',
  'uuid',
]);

export function stringKeywords(schema: JsonSchema): object {
  const { format, pattern } = schema;
  const isSaid = typeof format === 'string' && STANDARD_FORMATS.has(format);
  return {
    ...(typeof format === 'string' && { format }),
    ...(typeof pattern === 'string' && !isSaid && { pattern }),
    ...numbersOf(schema, ['minLength', 'maxLength']),
  };
}

/** Bounds that zod gives every integer. */
const SAFE_BOUNDS = new Set([Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);

export function numberKeywords(schema: JsonSchema, type: ResponseType, path: string): object {
  const minimum = bound(schema, type, path, { inclusive: 'minimum', exclusive: 'exclusiveMinimum', step: 1 });
  const maximum = bound(schema, type, path, { inclusive: 'maximum', exclusive: 'exclusiveMaximum', step: -1 });
  return {
    ...(typeof schema['format'] === 'string' && { format: schema['format'] }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
  };
}

interface Bound {
  readonly inclusive: 'minimum' | 'maximum';
  readonly exclusive: 'exclusiveMinimum' | 'exclusiveMaximum';
  /** From what is excluded to the next whole number. */
  readonly step: 1 | -1;
}

function bound(schema: JsonSchema, type: ResponseType, path: string, { inclusive, exclusive, step }: Bound) {
  const limit = schema[inclusive];
  const excluded = schema[exclusive];
  const given = typeof limit === 'number' && !(type === 'INTEGER' && SAFE_BOUNDS.has(limit)) ? limit : undefined;
  if (excluded === undefined || excluded === false) return given;
  if (type === 'INTEGER' && typeof excluded === 'number') {
    const next = step === 1 ? Math.floor(excluded) + 1 : Math.ceil(excluded) - 1;
    return given === undefined ? next : step === 1 ? Math.max(given, next) : Math.min(given, next);
  }
  throw refused(path, `has ${exclusive}; use ${inclusive}, or ${CHECK_IT_ELSEWHERE}`);
}

export function numbersOf(schema: JsonSchema, names: readonly string[]): object {
  return Object.fromEntries(names.flatMap((name) => (typeof schema[name] === 'number' ? [[name, schema[name]]] : [])));
}

/** What a person may read of a schema. */
export function annotationsOf({ title, description }: JsonSchema): object {
  return {
    ...(typeof title === 'string' && { title }),
    ...(typeof description === 'string' && { description }),
  };
}
