import protosJson from '@google-cloud/aiplatform/build/protos/protos.json';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';

import { readField } from '../../../src/emulator/vertex/request/field-notation';
import { ENUMS, enumValuesOf, MESSAGES, ONE_OFS } from '../../../src/emulator/vertex/request/message-table';

const PACKAGE = '.google.cloud.aiplatform.v1.';
const root = protobuf.Root.fromJSON(protosJson);
root.resolveAll();

/** Fields of Google's documentation pages that its protos don't have. */
const BEYOND_THE_PROTOS = new Set([
  'Part.mediaProcessing',
  'Blob.displayName',
  'FileData.displayName',
  'FunctionResponse.scheduling',
  'GenerationConfig.enableAffectiveDialog',
  'FunctionDeclaration.behavior',
]);

const ENUMS_BEYOND_THE_PROTOS = ['MediaProcessing', 'FunctionResponse.Scheduling', 'FunctionDeclaration.Behavior'];

/** Batch jobs can't retrieve: what the tool is made of doesn't matter. */
const NOT_LOOKED_INTO = new Set(['Tool.retrieval']);

/** The model comes from the job. */
const NOT_REQUIRED = new Set(['GenerateContentRequest.model']);

const WELL_KNOWN: Readonly<Record<string, string>> = {
  'google.protobuf.Struct': 'struct',
  'google.protobuf.Value': 'any',
  'google.protobuf.Duration': 'duration',
};

/** What the table must say of a field, without bounds. */
function notationOf(field: protobuf.Field, path: string): string {
  const type = NOT_LOOKED_INTO.has(path) ? 'any' : typeOf(field);
  const repeats = field.map ? '{}' : field.repeated ? '[]' : '';
  const required = field.options?.['(google.api.field_behavior)'] === 'REQUIRED' && !NOT_REQUIRED.has(path);
  return `${type}${repeats}${required ? '!' : ''}`;
}

function typeOf({ type, resolvedType }: protobuf.Field): string {
  if (resolvedType === null) return type;
  return WELL_KNOWN[resolvedType.fullName.slice(1)] ?? nameOf(resolvedType);
}

function nameOf(type: protobuf.ReflectionObject): string {
  if (type.fullName.startsWith(PACKAGE)) return type.fullName.slice(PACKAGE.length);
  return type.fullName.slice(type.fullName.lastIndexOf('.') + 1);
}

/** The request's message and all that it is made of. */
function reachable(): ReadonlyMap<string, protobuf.ReflectionObject> {
  const found = new Map<string, protobuf.ReflectionObject>();
  const left: protobuf.ReflectionObject[] = [root.lookupType(`${PACKAGE}GenerateContentRequest`)];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (found.has(nameOf(next))) continue;
    found.set(nameOf(next), next);
    if (!(next instanceof protobuf.Type)) continue;
    for (const field of next.fieldsArray) {
      const inner = field.resolvedType;
      if (inner === null || inner.fullName.slice(1) in WELL_KNOWN) continue;
      if (!NOT_LOOKED_INTO.has(`${nameOf(next)}.${field.name}`)) left.push(inner);
    }
  }
  return found;
}

const types = [...reachable()];
const messages = types.filter((entry): entry is [string, protobuf.Type] => entry[1] instanceof protobuf.Type);
const enums = types.filter((entry): entry is [string, protobuf.Enum] => entry[1] instanceof protobuf.Enum);

describe("the emulator's table of a request", () => {
  it.each(messages)('has every field of %s and no other', (name, type) => {
    const expected = type.fieldsArray.map((field) => [field.name, notationOf(field, `${name}.${field.name}`)]);
    const written = Object.entries(MESSAGES[name] ?? {}).filter(
      ([field]) => !BEYOND_THE_PROTOS.has(`${name}.${field}`),
    );
    expect(Object.fromEntries(written.map(([field, text]) => [field, text.split(' ')[0]]))).toEqual(
      Object.fromEntries(expected),
    );
  });

  it.each(enums)('has every value of %s and no other', (name, type) => {
    expect(Object.fromEntries(enumValuesOf(name))).toEqual(type.values);
  });

  it('has no message or enum that a request is not made of', () => {
    const names = [...Object.keys(MESSAGES), ...Object.keys(ENUMS)];
    expect(names.sort((one, other) => one.localeCompare(other))).toEqual(
      [...types.map(([name]) => name), ...ENUMS_BEYOND_THE_PROTOS].sort((one, other) => one.localeCompare(other)),
    );
  });

  it('has the groups of fields of which only one can be set', () => {
    for (const [name, type] of messages) {
      for (const { oneof } of type.oneofsArray.filter((group) => group.oneof.length > 1)) {
        expect(ONE_OFS[name]?.map((group) => group.fields)).toContainEqual(oneof);
      }
    }
  });

  it('names fields in its groups that are there', () => {
    for (const [name, groups] of Object.entries(ONE_OFS)) {
      for (const { fields } of groups)
        expect(Object.keys(MESSAGES[name] ?? {})).toEqual(expect.arrayContaining(fields as string[]));
    }
  });

  it('can be read, and has types that are there', () => {
    const scalars = ['string', 'bool', 'bytes', 'int32', 'int64', 'float', 'double', 'duration', 'struct', 'any'];
    const known = new Set([...scalars, ...Object.keys(MESSAGES), ...Object.keys(ENUMS)]);
    for (const text of Object.values(MESSAGES).flatMap((fields) => Object.values(fields))) {
      expect(known).toContain(readField(text).type);
    }
  });
});
