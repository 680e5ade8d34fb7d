import { MAX_COLUMNS } from '../../rows/shapes/shape-memory';
import { alternativesOf } from './alternatives';
import { checkResponseSchema } from './check-response-schema';
import { jsonSchemaOf, type StandardJsonSchema } from './json-schema-of';
import { annotationsOf, numberKeywords, numbersOf, refuseInexpressible, stringKeywords } from './keywords';
import { inlined, type SchemaPlace } from './references';
import { isRecord, type JsonSchema, refused, type ResponseSchema, type ResponseType } from './response-schema';

/**
 * A schema as `generationConfig.responseSchema` takes it, in the form that is known to import: references written out, no `$`
 * names, no empty objects, one spelling of types, properties in the order of the schema. Null becomes `nullable`, `oneOf`
 * becomes `anyOf`; defaults, examples, `additionalProperties` beside properties, and the pattern of a standard format are left out,
 * since they don't tell the model more. Use `responseMimeType: 'application/json'` beside it.
 * @param schema what shall become of the answer: a zod schema (from 4.2), any other Standard Schema that can say its JSON Schema, or
 *   a JSON Schema
 * @throws {TypeError} naming the place in the answer and the remedy, for what the API's schemas can't say or the import refuses:
 *   recursion, tuples, records, values of any type, names that are no column names, more than 15 levels in the row
 */
export function toResponseSchema(schema: StandardJsonSchema | object): ResponseSchema {
  const root = jsonSchemaOf(schema);
  const response = new Conversion(root).convert(root, { path: '', references: [] });
  checkResponseSchema(response);
  return response;
}

class Conversion {
  readonly #root: JsonSchema;
  #schemas = 0;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  convert(schema: unknown, place: SchemaPlace): ResponseSchema {
    this.#schemas += 1;
    if (this.#schemas > MAX_COLUMNS)
      throw refused('', `has more than ${MAX_COLUMNS} places written out; make it smaller`);
    if (!isRecord(schema)) throw refused(place.path, `is ${JSON.stringify(schema)}; name its type`);
    const [own, inner] = inlined(schema, this.#root, place);
    const { schemas, nullable } = alternativesOf(own, this.#root, inner);
    const [only, ...others] = schemas;
    if (only === undefined) throw refused(place.path, 'can be nothing but null; leave it out');
    const isNullable = nullable && { nullable: true as const };
    const notes = annotationsOf(own);
    if (others.length === 0) return { ...this.#single(...only), ...notes, ...isNullable };
    return { ...notes, ...isNullable, anyOf: schemas.map(([alternative, at]) => this.#single(alternative, at)) };
  }

  #single(schema: JsonSchema, place: SchemaPlace): ResponseSchema {
    refuseInexpressible(schema, place.path);
    const type = typeOf(schema, place.path);
    return { type, ...annotationsOf(schema), ...this.#keywords(type, schema, place) };
  }

  #keywords(type: ResponseType, schema: JsonSchema, place: SchemaPlace): object {
    switch (type) {
      case 'STRING':
        return { ...stringKeywords(schema), ...valuesOf(schema, place.path) };
      case 'NUMBER':
      case 'INTEGER':
        return numberKeywords(withConst(schema, place.path), type, place.path);
      case 'BOOLEAN':
        if (schema['const'] === undefined && schema['enum'] === undefined) return {};
        throw refused(place.path, 'is one boolean; make it a string, or any boolean');
      case 'ARRAY':
        return this.#array(schema, place);
      default:
        return this.#object(schema, place);
    }
  }

  #array(schema: JsonSchema, place: SchemaPlace): object {
    if (schema['items'] === undefined) throw refused(place.path, 'is a list of anything; name the type of its items');
    const items = this.convert(schema['items'], { ...place, path: `${place.path}[]` });
    return { items, ...numbersOf(schema, ['minItems', 'maxItems']) };
  }

  #object(schema: JsonSchema, place: SchemaPlace): object {
    const given = isRecord(schema['properties']) ? schema['properties'] : {};
    const names = orderOf(schema, Object.keys(given));
    if (names.length === 0) {
      const message = 'is an object without properties; where names are data, make it a list of {name, value}';
      throw refused(place.path, message);
    }
    const required = stringsOf(schema['required']).filter((name) => Object.hasOwn(given, name));
    return {
      properties: Object.fromEntries(
        names.map((name) => [name, this.convert(given[name], { ...place, path: joinedPath(place.path, name) })]),
      ),
      ...(required.length > 0 && { required }),
      propertyOrdering: names,
    };
  }
}

const TYPES: readonly string[] = ['STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT'] satisfies ResponseType[];

function typeOf(schema: JsonSchema, path: string): ResponseType {
  const { type } = schema;
  const values = [schema['const'], ...(Array.isArray(schema['enum']) ? (schema['enum'] as unknown[]) : [])];
  const given = typeof type === 'string' ? type.toUpperCase() : (impliedType(schema) ?? typeOfValues(values));
  if (given !== undefined && TYPES.includes(given)) return given as ResponseType;
  if (type !== undefined)
    throw refused(path, `has the type ${JSON.stringify(type)}; it must be one of ${TYPES.join(', ').toLowerCase()}`);
  if (Array.isArray(schema['enum'])) throw refused(path, 'has values of several types; make it a union');
  throw refused(path, 'may be anything, and the import takes no empty object; name its type');
}

function impliedType(schema: JsonSchema): ResponseType | undefined {
  if (isRecord(schema['properties'])) return 'OBJECT';
  return schema['items'] === undefined ? undefined : 'ARRAY';
}

function typeOfValues(values: readonly unknown[]): string | undefined {
  const types = new Set(values.filter((value) => value !== undefined).map((value) => (typeof value).toUpperCase()));
  return types.size === 1 ? [...types][0] : undefined;
}

/** The values that a string may have. */
function valuesOf(schema: JsonSchema, path: string): object {
  const values = schema['const'] === undefined ? schema['enum'] : [schema['const']];
  if (values === undefined) return {};
  if (Array.isArray(values) && values.every((value) => typeof value === 'string')) return { enum: values };
  throw refused(path, `has the values ${JSON.stringify(values)}; a string's are strings`);
}

/** The API's `enum` holds strings; a single number is a range of one. */
function withConst(schema: JsonSchema, path: string): JsonSchema {
  const values = schema['enum'];
  const only = Array.isArray(values) && values.length === 1 ? (values[0] as unknown) : schema['const'];
  if (typeof only === 'number') return { ...schema, minimum: only, maximum: only };
  if (values === undefined && only === undefined) return schema;
  throw refused(path, `has numbers as values; make them strings, or give minimum and maximum`);
}

/** The order that the schema asks for, then its own. */
function orderOf(schema: JsonSchema, names: readonly string[]): string[] {
  const wanted = stringsOf(schema['propertyOrdering']).filter((name) => names.includes(name));
  return [...new Set([...wanted, ...names])];
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

function joinedPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
