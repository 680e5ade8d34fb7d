import type { FieldSpec, ValueSpec } from './message-spec';
import { shown } from './row-problems';

interface Words {
  readonly wanted: string;
  readonly missing: (object: object) => string;
  /** What an element must be, and the rule that it breaks otherwise. */
  readonly element: string;
  readonly elementRule: 'contents' | 'part';
}

/** What is said of fields that have a rule of their own. */
export const WORDS: Readonly<Partial<Record<NonNullable<FieldSpec['rule']> | 'required', Words>>> = {
  contents: {
    wanted: 'an array with at least one content',
    missing: (request) => `contents is missing, the request is ${shown(request)}; it needs at least one content`,
    element: 'a content must be an object with role and parts',
    elementRule: 'contents',
  },
  parts: {
    wanted: 'a part or an array of parts',
    missing: () => 'parts is missing; a content needs at least one part',
    element: 'a part must be an object such as {"text": "…"}',
    elementRule: 'part',
  },
};

/** What a field must be, after `must be`. */
export function wantedOf(field: FieldSpec): string {
  const words = field.rule === undefined ? undefined : WORDS[field.rule];
  if (words !== undefined) return words.wanted;
  if (field.repeated === true) return field.required === true ? 'an array that is not empty' : 'an array';
  return `${wantedKind(field.value)}${field.required === true && isText(field.value) ? ' that is not empty' : ''}`;
}

function isText({ kind }: ValueSpec): boolean {
  return kind === 'string' || kind === 'bytes';
}

export function wantedKind(value: ValueSpec): string {
  return value.kind === 'enum' ? `one of ${[...value.values].join(', ')}` : KINDS[value.kind];
}

const KINDS: Readonly<Record<Exclude<ValueSpec['kind'], 'enum'>, string>> = {
  message: 'an object',
  string: 'a string',
  int32: 'a whole number of 32 bits',
  int64: 'a whole number of 64 bits',
  float: 'a number of 32 bits',
  double: 'a number',
  boolean: 'true or false',
  bytes: 'a string of base64',
  duration: 'a duration such as "3.5s"',
  map: 'an object',
  struct: 'an object',
  any: 'JSON',
};
