import type {
  EnumSpec,
  FieldSpec,
  MessageSpec,
  NumberKind,
  NumberRange,
  OneOf,
  StringCheck,
  ValueSpec,
} from '../message-spec';

type Facts = Omit<FieldSpec, 'name' | 'value' | 'repeated'>;

export const BOOLEAN: ValueSpec = { kind: 'boolean' };
export const BYTES: ValueSpec = { kind: 'bytes' };
export const DURATION: ValueSpec = { kind: 'duration' };
export const STRING: ValueSpec = { kind: 'string' };
export const STRUCT: ValueSpec = { kind: 'struct' };
export const ANY: ValueSpec = { kind: 'any' };

export function message(name: string, members: readonly FieldSpec[], oneOfs: readonly OneOf[] = []): MessageSpec {
  return { name, fields: new Map(members.map((member) => [member.name, member])), oneOfs };
}

export function field(name: string, value: ValueSpec, facts: Facts = {}): FieldSpec {
  return { name, value, ...facts };
}

export function list(name: string, value: ValueSpec, facts: Facts = {}): FieldSpec {
  return { name, value, repeated: true, ...facts };
}

/** A message by a function, since messages contain one another. */
export function of(spec: () => MessageSpec): ValueSpec {
  return { kind: 'message', message: spec };
}

export function text(check: StringCheck): ValueSpec {
  return { kind: 'string', check };
}

export function mapOf(value: ValueSpec): ValueSpec {
  return { kind: 'map', value };
}

export function number(kind: NumberKind, range?: NumberRange): ValueSpec {
  return range === undefined ? { kind } : { kind, range };
}

export function enumOf(values: Readonly<Record<string, number>>): EnumSpec {
  return { kind: 'enum', values: new Set(Object.keys(values)), numbers: new Set(Object.values(values)) };
}

/** An enum that Google's protos don't have: its numbers aren't known. */
export function namesOf(...values: readonly string[]): EnumSpec {
  return { kind: 'enum', values: new Set(values), numbers: new Set() };
}

export function atMostOne(...fields: readonly string[]): OneOf {
  return { fields, required: false, rule: 'one-of' };
}
