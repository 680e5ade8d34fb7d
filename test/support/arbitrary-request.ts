import * as fc from 'fast-check';
import { snakeCase } from '../../src/domain/field-name';
import { GENERATE_CONTENT_REQUEST } from '../../src/schemas/generate-content-request';
import type { FieldSpec, MessageSpec, NumberRange, StringCheck, ValueSpec } from '../../src/schemas/message-spec';

type Json = Record<string, unknown>;

/** Beyond this level only what is required stands in a message. */
const DEEP = 5;

function messageOf(spec: MessageSpec, level: number): fc.Arbitrary<Json> {
  return chosenFields(spec, level).chain((fields) => {
    const needed = new Set(fields.flatMap(({ needs }) => needs ?? []));
    const valueIn = (field: FieldSpec) => (needed.has(field.name) ? fc.constant(true) : fieldValue(field, level));
    const others = fields.filter(({ name }) => !needed.has(name));
    const all = [...others, ...[...needed].flatMap((name) => spec.fields.get(name) ?? [])];
    return fc
      .tuple(...all.map((field) => fc.tuple(spelling(field.name), valueIn(field))))
      .map((members) => Object.fromEntries(members));
  });
}

/** All that is required, and of fields that exclude one another only one. */
function chosenFields(spec: MessageSpec, level: number): fc.Arbitrary<readonly FieldSpec[]> {
  const usable = [...spec.fields.values()].filter((field) => isUsable(field, level));
  const required = usable.filter((field) => field.required === true);
  return fc.shuffledSubarray(usable, { minLength: 1, maxLength: level < DEEP ? usable.length : 1 }).map((wanted) => {
    const ofGroups = spec.oneOfs.filter((group) => group.required).map(({ fields }) => usable.find(isOneOf(fields)));
    const candidates = new Set([...required, ...wanted, ...ofGroups.filter((field) => field !== undefined)]);
    return [...candidates].filter((field, position, all) => {
      const group = spec.oneOfs.find(({ fields }) => fields.includes(field.name));
      return group === undefined || all.findIndex(isOneOf(group.fields)) === position;
    });
  });
}

function isOneOf(names: readonly string[]): (field: FieldSpec) => boolean {
  return ({ name }) => names.includes(name);
}

function isUsable({ value, unsupported }: FieldSpec, level: number): boolean {
  if (unsupported !== undefined) return false;
  const inner = value.kind === 'map' ? value.value : value;
  if (inner.kind !== 'message') return true;
  const { name, fields } = inner.message();
  const isRecursive = name === 'Schema' && level >= DEEP;
  return fields.size > 0 && !isRecursive && [...fields.values()].some((field) => field.unsupported === undefined);
}

function spelling(name: string): fc.Arbitrary<string> {
  return fc.constantFrom(name, snakeCase(name));
}

function fieldValue(field: FieldSpec, level: number): fc.Arbitrary<unknown> {
  const single = valueOf(field.value, level, field.required === true);
  if (field.repeated !== true) return single;
  const many = fc.array(single, { minLength: 1, maxLength: 3 });
  return field.lone === true ? fc.oneof(many, single) : many;
}

const SHORT = { minLength: 1, maxLength: 8 } as const;
const ONE_OR_TWO = { minKeys: 1, maxKeys: 2 } as const;

function valueOf(value: ValueSpec, level: number, required: boolean): fc.Arbitrary<unknown> {
  switch (value.kind) {
    case 'message':
      return messageOf(value.message(), level + 1);
    case 'map':
      return fc.dictionary(
        labelName,
        value.labels === true ? labelName : valueOf(value.value, level, false),
        ONE_OR_TWO,
      );
    case 'string':
      return value.check === undefined ? fc.string({ ...SHORT, minLength: required ? 1 : 0 }) : CHECKED[value.check];
    case 'enum':
      return fc.constantFrom<string | number>(...value.values, ...value.numbers);
    case 'boolean':
      return fc.boolean();
    case 'bytes':
      return fc.uint8Array(SHORT).map((bytes) => Buffer.from(bytes).toString('base64'));
    case 'duration':
      return fc.constantFrom('3s', '3.5s', '0s');
    case 'struct':
      return fc.dictionary(columnName, plainJson, ONE_OR_TWO);
    case 'any':
      return plainJson;
    default:
      return numberIn(value.range ?? {});
  }
}

function numberIn({ from = 0, to = from + 1 }: NumberRange): fc.Arbitrary<number | string> {
  const number = fc.integer({ min: Math.ceil(from) + (to > 1 ? 1 : 0), max: Math.floor(to) - (to > 1 ? 1 : 0) });
  return fc.oneof(number, number.map(String));
}

const columnName = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,9}$/);

/** Also a column's name. */
const labelName = fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/);

const plainJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.string(SHORT),
  fc.integer(),
  fc.boolean(),
  fc.dictionary(columnName, fc.string(SHORT), ONE_OR_TWO),
  fc.array(fc.string(SHORT), { maxLength: 2 }),
);

const CHECKED: Readonly<Record<StringCheck, fc.Arbitrary<string>>> = {
  role: fc.constantFrom('user', 'model'),
  'function-name': fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,20}$/),
  'mime-type': fc.constantFrom('image/png', 'text/plain', 'video/mp4'),
  uri: fc.constantFrom('gs://bucket/object', 'https://example.com/a.png'),
  label: fc.stringMatching(/^[a-z0-9_-]{0,10}$/),
  'image-size': fc.constantFrom('1K'),
};

/** Requests that keep every rule of a row, made from the table itself; each name in either spelling. */
export const arbitraryRequest: fc.Arbitrary<Json> = messageOf(GENERATE_CONTENT_REQUEST, 0);
