import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { z, type ZodType } from 'zod';
import { problemsOfRow, toResponseSchema } from '../../../src/input';
import { SeededRandom } from '../../../src/emulator/seeded-random';
import { Column } from '../../../src/emulator/vertex/import-schema';
import { sampleOf } from '../../../src/emulator/vertex/schema-sample';

function rowWith(responseSchema: object): Record<string, unknown> {
  const generationConfig = { responseMimeType: 'application/json', responseSchema };
  return { key: 'a', request: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }], generationConfig } };
}

/** An object schema so many levels deep. */
function nested(levels: number): ZodType {
  return levels === 0 ? z.string() : z.object({ a: nested(levels - 1) });
}

const Tree = z.object({
  value: z.string(),
  get children() {
    return z.array(Tree);
  },
});
const Address = z.object({ street: z.string() }).meta({ id: 'Address' });

describe('toResponseSchema writes', () => {
  test.each<[string, object, object]>([
    ['strings', z.string().min(1).max(9).regex(/^a/), { type: 'STRING', pattern: '^a', minLength: 1, maxLength: 9 }],
    ['a standard format without its pattern', z.email(), { type: 'STRING', format: 'email' }],
    ['what a person reads', z.boolean().describe('Whether'), { type: 'BOOLEAN', description: 'Whether' }],
    ['values', z.enum(['a', 'b']), { type: 'STRING', enum: ['a', 'b'] }],
    ['one value', z.literal('a'), { type: 'STRING', enum: ['a'] }],
    ['one number', z.literal(3), { type: 'NUMBER', minimum: 3, maximum: 3 }],
    ['integers without the bounds of all of them', z.int(), { type: 'INTEGER' }],
    ['bounds', z.number().min(-1).max(1), { type: 'NUMBER', minimum: -1, maximum: 1 }],
    ['excluded bounds of integers', z.int().positive().lt(9), { type: 'INTEGER', minimum: 1, maximum: 8 }],
    ['null as nullable', z.string().nullable(), { type: 'STRING', nullable: true }],
    ['null among values', z.literal(['a', null]), { type: 'STRING', enum: ['a'], nullable: true }],
    ['defaults as what may be left out', z.string().default('a'), { type: 'STRING' }],
    ['what is read before a transformation', z.string().transform(Number), { type: 'STRING' }],
    ['lists', z.array(z.int()).min(1).max(3), { type: 'ARRAY', items: { type: 'INTEGER' }, minItems: 1, maxItems: 3 }],
    ['unions', z.union([z.string(), z.number()]), { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] }],
    [
      'unions with null',
      z.union([z.string(), z.number(), z.null()]),
      { nullable: true, anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] },
    ],
    [
      'objects in their order',
      z.strictObject({ b: z.string(), a: z.string().optional() }),
      {
        type: 'OBJECT',
        properties: { b: { type: 'STRING' }, a: { type: 'STRING' } },
        required: ['b'],
        propertyOrdering: ['b', 'a'],
      },
    ],
    [
      'what is referred to twice, twice',
      z.object({ home: Address, work: Address.nullable() }),
      {
        type: 'OBJECT',
        properties: {
          home: {
            type: 'OBJECT',
            properties: { street: { type: 'STRING' } },
            required: ['street'],
            propertyOrdering: ['street'],
          },
          work: {
            type: 'OBJECT',
            properties: { street: { type: 'STRING' } },
            required: ['street'],
            propertyOrdering: ['street'],
            nullable: true,
          },
        },
        required: ['home', 'work'],
        propertyOrdering: ['home', 'work'],
      },
    ],
    ['a JSON Schema', { $schema: 'https://json-schema.org/draft-07/schema', type: 'string' }, { type: 'STRING' }],
    [
      'definitions of older drafts',
      { definitions: { 'a/b': { type: 'string' } }, items: { $ref: '#/definitions/a~1b', description: 'own' } },
      { type: 'ARRAY', items: { type: 'STRING', description: 'own' } },
    ],
    [
      'types in a list',
      { type: ['string', 'integer', 'null'], minLength: 2 },
      { nullable: true, anyOf: [{ type: 'STRING', minLength: 2 }, { type: 'INTEGER' }] },
    ],
    [
      'what stands beside a union, in each alternative',
      { type: 'string', anyOf: [{ maxLength: 3 }, { pattern: '^a' }] },
      {
        anyOf: [
          { type: 'STRING', maxLength: 3 },
          { type: 'STRING', pattern: '^a' },
        ],
      },
    ],
  ])('%s', (_, schema, expected) => {
    expect(toResponseSchema(schema)).toEqual(expected);
  });
});

describe('toResponseSchema refuses, saying where and what to do instead,', () => {
  test.each<[string, object, RegExp]>([
    [
      'recursion',
      Tree,
      /^toResponseSchema: children\[\].* contains itself \(#\).*; write out as many levels as you need$/,
    ],
    [
      'records',
      z.object({ a: z.record(z.string(), z.int()) }),
      /: a is an object without properties; .* list of \{name, value\}$/,
    ],
    ['tuples', z.object({ a: z.array(z.tuple([z.string()])) }), /: a\[\] is a tuple; make it an object/],
    ['anything', z.object({ a: z.any() }), /: a may be anything, .*; name its type$/],
    ['lists of anything', { type: 'array' }, /: the schema is a list of anything; name/],
    ['nothing but null', z.object({ a: z.null() }), /: a can be nothing but null; leave it out$/],
    ['one boolean', z.object({ a: z.literal(true) }), /: a is one boolean; make it a string/],
    ['numbers as values', z.literal([1, 2]), /: the schema has numbers as values; make them strings/],
    ['values of two types', { enum: ['a', 1] }, /has values of several types; make it a union$/],
    [
      'excluded bounds of other numbers',
      z.number().positive(),
      /has exclusiveMinimum; use minimum, or let the handler check it/,
    ],
    ['multiples', z.number().multipleOf(2), /has multipleOf; let the handler check it/],
    ['negations', { type: 'string', not: { enum: ['a'] } }, /has not; say what it may be$/],
    [
      'real intersections',
      { allOf: [{ type: 'string' }, { minLength: 1 }] },
      /has allOf, an intersection; make it one object/,
    ],
    [
      'references to elsewhere',
      { $ref: 'https://example.com/a.json' },
      /refers to https:.*, which isn't in the schema; write out/,
    ],
    ['types that there aren’t', { type: 'file' }, /has the type "file"; it must be one of string, /],
    ['names that are no columns', z.object({ 'my id': z.string() }), /properties\.my id: the import takes names of/],
    ['names that differ in case', z.object({ a: z.int(), A: z.int() }), /properties\.A: A and a differ only in case/],
    [
      'such names in two alternatives',
      z.union([z.object({ a: z.int() }), z.object({ A: z.int() })]),
      /A and a differ only/,
    ],
    ['a 16th level of the row', nested(7), /the import takes 15 levels of objects, and this is level 16; flatten it$/],
    ['what the library can’t say', z.object({ a: z.date() }), /zod can't say this schema as JSON Schema: Date/],
    ['lists in place of a schema', [], /wants a Standard Schema or a JSON Schema, got a list$/],
    [
      'libraries that know no JSON Schema',
      { '~standard': { version: 1, vendor: 'tiny', validate: (value: unknown) => ({ value }) } },
      /this version of tiny can't say .*: toResponseSchema\(z\.toJSONSchema\(/,
    ],
  ])('%s', (_, schema, message) => {
    const convert = () => toResponseSchema(schema);
    expect(convert).toThrow(TypeError);
    expect(convert).toThrow(message);
  });

  it('schemas that grow beyond measure when they are written out', () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 20 }, (_, level) => [
        `l${level}`,
        { type: 'object', properties: { a: { $ref: `#/$defs/l${level + 1}` }, b: { $ref: `#/$defs/l${level + 1}` } } },
      ]),
    );
    const schema = { $ref: '#/$defs/l0', $defs: { ...doubling, l20: { type: 'string' } } };
    expect(() => toResponseSchema(schema)).toThrow(/has more than 10000 places written out; make it smaller/);
  });
});

const NAMES = ['title', 'count', 'tags', 'Price', '_id'];
const zodSchemas = fc.letrec<{ schema: ZodType }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<ZodType>(z.string(), z.int(), z.number(), z.boolean(), z.iso.datetime(), z.string().max(12)),
    fc.uniqueArray(fc.stringMatching(/^[a-z]{1,5}$/), { minLength: 1, maxLength: 3 }).map((values) => z.enum(values)),
    tie('schema').map((inner) => inner.nullable()),
    tie('schema').map((inner) => inner.describe('What it is')),
    tie('schema').map((inner) => z.array(inner).max(3)),
    fc.array(tie('schema'), { minLength: 2, maxLength: 3 }).map((alternatives) => z.union(alternatives)),
    fc
      .dictionary(fc.constantFrom(...NAMES), fc.tuple(tie('schema'), fc.boolean()), { minKeys: 1, maxKeys: 4 })
      .map((entries) =>
        z.object(
          Object.fromEntries(
            Object.entries(entries).map(([name, [inner, optional]]) => [name, optional ? inner.optional() : inner]),
          ),
        ),
      ),
  ),
})).schema;

describe('what toResponseSchema gives', () => {
  it('has at most 12 levels, which are 15 in the row', () => {
    expect(problemsOfRow(rowWith(toResponseSchema(nested(6))))).toEqual([]);
  });

  it('passes validation and the service’s import, and answers by it fit the schema', () => {
    fc.assert(
      fc.property(zodSchemas, fc.integer(), (schema, seed) => {
        const row = rowWith(toResponseSchema(schema));
        expect(problemsOfRow(row)).toEqual([]);
        new Column({ bothSpellings: false }).addEntries(row);
        const answer = sampleOf(toResponseSchema(schema), new SeededRandom(seed), ['word', 'other']);
        expect(schema.safeParse(answer)).toMatchObject({ success: true });
      }),
      { numRuns: 500 },
    );
  });

  it('stays as it is when it is given again', () => {
    fc.assert(
      fc.property(zodSchemas, (schema) => {
        const once = toResponseSchema(schema);
        expect(toResponseSchema(once)).toEqual(once);
      }),
    );
  });
});
