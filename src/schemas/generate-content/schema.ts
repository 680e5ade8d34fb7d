import type { EnumSpec } from '../message-spec';
import { ANY, BOOLEAN, enumOf, field, list, mapOf, message, number, of, STRING } from './define';

/** Written `object` as often as `OBJECT`, in Google's own libraries too. */
const TYPE: EnumSpec = {
  ...enumOf({ TYPE_UNSPECIFIED: 0, STRING: 1, NUMBER: 2, INTEGER: 3, BOOLEAN: 4, ARRAY: 5, OBJECT: 6 }),
  anyCase: true,
};

/** Of the values that a model may answer with, or a function take. */
export const SCHEMA = message('Schema', [
  field('type', TYPE),
  field('format', STRING),
  field('title', STRING),
  field('description', STRING),
  field('nullable', BOOLEAN),
  field('default', ANY),
  field(
    'items',
    of(() => SCHEMA),
  ),
  field('minItems', number('int64')),
  field('maxItems', number('int64')),
  list('enum', STRING),
  field('properties', mapOf(of(() => SCHEMA))),
  list('propertyOrdering', STRING),
  list('required', STRING),
  field('minProperties', number('int64')),
  field('maxProperties', number('int64')),
  field('minimum', number('double')),
  field('maximum', number('double')),
  field('minLength', number('int64')),
  field('maxLength', number('int64')),
  field('pattern', STRING),
  field('example', ANY),
  list(
    'anyOf',
    of(() => SCHEMA),
  ),
  field('additionalProperties', ANY),
  field('ref', STRING),
  field('defs', mapOf(of(() => SCHEMA))),
]);
