import { camelCase } from '../../domain/field-name';
import { GENERATE_CONTENT_REQUEST } from '../../schemas/generate-content-request';
import type { FieldSpec, MessageSpec, OneOf, ValueSpec } from '../../schemas/message-spec';
import { numberCheckOf, type TextCheck, textCheckOf } from './quick-checks';

/**
 * What a key of the input is in the API, made ready for quick checks of values whose JSON type is known to be right. Every check
 * may say no to what is right, never yes to what isn't.
 */
export interface Role {
  /** The field of the API that it is; undefined for what is the caller's own. */
  readonly field: FieldSpec | undefined;
  /** Its place among the fields of its message; 0 where it has none to check. */
  readonly bit: number;
  readonly text: TextCheck;
  readonly number: (number: number) => boolean;
  /** False is left to the thorough check, so that a field that needs this one to be true finds it so where it is set. */
  readonly onlyTrue: boolean;
  readonly items: { readonly from: number; readonly to: number };
  /** Whether an object with these fields is complete and has no two that exclude each other. */
  readonly fields: ((bits: number) => boolean) | undefined;
  /** The role of a member. */
  member(name: string): Role;
}

const ANY_ITEMS = { from: 1, to: Infinity };

/** What is the caller's own, and all beneath it. */
const FREE: Role = {
  field: undefined,
  bit: 0,
  text: 'any',
  number: Number.isFinite,
  onlyTrue: false,
  items: ANY_ITEMS,
  fields: undefined,
  member: () => FREE,
};

/** The role of a row, which is complete with a request. */
export const ROW_ROLE: Role = {
  ...FREE,
  fields: (bits) => bits === bitAt(0),
  member: (name) => (name === 'request' ? REQUEST_ROLE : FREE),
};

const REQUEST_ROLE = roleOf(
  { name: 'request', value: { kind: 'message', message: () => GENERATE_CONTENT_REQUEST } },
  bitAt(0),
);

function roleOf(field: FieldSpec, bit: number, onlyTrue = false): Role {
  const { value, items } = field;
  return {
    field,
    bit,
    text: textCheckOf(field),
    number: numberCheckOf(value),
    onlyTrue,
    items: { from: items?.from ?? 1, to: items?.to ?? Infinity },
    ...(value.kind === 'message' ? { fields: completenessOf(value.message()) } : { fields: undefined }),
    member: memberRolesOf(value),
  };
}

function memberRolesOf(value: ValueSpec): (name: string) => Role {
  if (value.kind === 'message') return (name) => messageRoles(value.message()).get(camelCase(name)) ?? FREE;
  if (value.kind === 'map') {
    const role = roleOf({ name: '', value: value.value }, 0);
    return () => role;
  }
  return () => FREE;
}

const roles = new WeakMap<MessageSpec, Map<string, Role>>();

/** Roles of a message's fields; those that have no room for a bit of their own share none, and are checked thoroughly. */
function messageRoles(message: MessageSpec): Map<string, Role> {
  const known = roles.get(message);
  if (known !== undefined) return known;
  const made = new Map<string, Role>();
  roles.set(message, made);
  const fields = [...message.fields.values()];
  const needed = new Set(fields.map(({ needs }) => needs));
  for (const [position, field] of fields.entries()) {
    made.set(field.name, roleOf(field, bitAt(position), needed.has(field.name)));
  }
  return made;
}

/** Two fields of one bit look like one field spelled twice, which the thorough check then tells apart. */
function bitAt(position: number): number {
  return 1 << Math.min(position, 30);
}

function completenessOf(message: MessageSpec): (bits: number) => boolean {
  const bitOf = new Map([...message.fields.keys()].map((name, position) => [name, bitAt(position)]));
  const bitsOf = (names: readonly string[]) => names.reduce((bits, name) => bits | (bitOf.get(name) ?? 0), 0);
  const required = bitsOf([...message.fields.values()].filter((field) => field.required).map((field) => field.name));
  const groups = [
    ...message.oneOfs.map((oneOf) => groupCheck(oneOf, bitsOf)),
    ...[...message.fields.values()].flatMap(({ name, needs }) =>
      needs === undefined ? [] : [needCheck(bitsOf([name]), bitsOf([needs]))],
    ),
  ];
  return (bits) => (bits & required) === required && groups.every((holds) => holds(bits));
}

function needCheck(needing: number, needed: number): (bits: number) => boolean {
  return (bits) => (bits & needing) === 0 || (bits & needed) !== 0;
}

function groupCheck(oneOf: OneOf, bitsOf: (names: readonly string[]) => number): (bits: number) => boolean {
  const group = bitsOf(oneOf.fields);
  const instead = bitsOf(oneOf.unless ?? []);
  return (bits) => {
    const set = bits & group;
    if (set === 0) return !oneOf.required || (bits & instead) !== 0;
    return (set & (set - 1)) === 0;
  };
}
