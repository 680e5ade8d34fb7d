import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import protosJson from '@google-cloud/aiplatform/build/protos/protos.json';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { camelCase, snakeCase } from '../../../src/domain/field-name';
import { GENERATE_CONTENT_REQUEST } from '../../../src/schemas/generate-content-request';
import type { FieldSpec, MessageSpec, ValueSpec } from '../../../src/schemas/message-spec';

const root = protobuf.Root.fromJSON(protosJson).resolveAll();
const PACKAGE = 'google.cloud.aiplatform.v1';

/** Google calls the model required; for a job it stands in the job, not in the row. */
const NOT_REQUIRED_HERE = ['GenerateContentRequest.model'];

function messagesOf(spec: MessageSpec, found = new Set<MessageSpec>()): Set<MessageSpec> {
  if (found.has(spec)) return found;
  found.add(spec);
  for (const { value } of spec.fields.values()) {
    const inner = value.kind === 'map' ? value.value : value;
    if (inner.kind === 'message') messagesOf(inner.message(), found);
  }
  return found;
}

function protoOf({ name }: MessageSpec): protobuf.Type {
  return root.lookupType(name.startsWith('google.') ? name : `${PACKAGE}.${name}`);
}

const WELL_KNOWN: Readonly<Record<string, string>> = {
  '.google.protobuf.Struct': 'struct',
  '.google.protobuf.Value': 'any',
  '.google.protobuf.Duration': 'duration',
};

/** What a field takes, in words that a proto and our table can both be told in. */
function kindInProto(field: protobuf.Field): string {
  const { resolvedType, type, repeated } = field;
  const name =
    resolvedType instanceof protobuf.Enum
      ? enumText(Object.keys(resolvedType.values), Object.values(resolvedType.values))
      : resolvedType instanceof protobuf.Type
        ? (WELL_KNOWN[resolvedType.fullName] ?? resolvedType.fullName.slice(1).replace(`${PACKAGE}.`, ''))
        : type.replace(/^bool$/, 'boolean');
  return `${repeated ? 'list of ' : ''}${field.map ? 'map of ' : ''}${name}`;
}

function kindInTable({ value, repeated }: FieldSpec): string {
  return `${repeated === true ? 'list of ' : ''}${valueText(value)}`;
}

function valueText(value: ValueSpec): string {
  if (value.kind === 'map') return `map of ${valueText(value.value)}`;
  if (value.kind === 'message') return value.message().name;
  return value.kind === 'enum' ? enumText(value.values, value.numbers) : value.kind;
}

function enumText(names: Iterable<string>, numbers: Iterable<number>): string {
  return `enum ${[...names].sort().join()} ${[...numbers].sort((one, other) => one - other).join()}`;
}

const messages = [...messagesOf(GENERATE_CONTENT_REQUEST)].map((spec) => [spec.name, spec] as const);
const allFields = messages.flatMap(([, spec]) => [...spec.fields.values()]);

describe.each(messages)('%s, as Google’s protos and as we know it', (_, spec) => {
  const proto = protoOf(spec);
  const known = [...spec.fields.values()].filter(({ source }) => source === undefined);

  it('has the same fields of the same JSON types', () => {
    const theirs = Object.fromEntries(proto.fieldsArray.map((field) => [field.name, kindInProto(field)]));
    expect(Object.fromEntries(known.map((field) => [field.name, kindInTable(field)]))).toEqual(theirs);
  });

  it('requires the same fields', () => {
    const theirs = proto.fieldsArray
      .filter(({ options }) => options?.['(google.api.field_behavior)'] === 'REQUIRED')
      .map(({ name }) => name)
      .filter((name) => !NOT_REQUIRED_HERE.includes(`${spec.name}.${name}`));
    expect(known.filter(({ required }) => required === true).map(({ name }) => name)).toEqual(theirs);
  });

  it('knows which fields exclude one another', () => {
    const theirs = proto.oneofsArray.map(({ oneof }) => oneof).filter((names) => names.length > 1);
    expect(spec.oneOfs.map(({ fields }) => fields)).toEqual(expect.arrayContaining(theirs));
    for (const { fields, unless = [] } of spec.oneOfs)
      for (const name of [...fields, ...unless]) expect(spec.fields.has(name), name).toBe(true);
  });
});

describe('the table', () => {
  it('says for each field that Google’s protos lack where it is known from', () => {
    const extra = messages.flatMap(([, spec]) =>
      [...spec.fields.values()].filter(({ name }) => protoOf(spec).fields[name] === undefined),
    );
    expect(extra.filter(({ source }) => source === undefined)).toEqual([]);
    expect(extra.map(({ name }) => name).sort()).toEqual([
      'behavior',
      'displayName',
      'displayName',
      'enableAffectiveDialog',
      'mediaProcessing',
      'mediaProcessing',
      'scheduling',
      'timeRangeFilter',
    ]);
  });

  it('has names that turn into snake_case and back, as the protos spell them', () => {
    const folder = join(
      dirname(require.resolve('@google-cloud/aiplatform/build/protos/protos.json')),
      PACKAGE.replaceAll('.', '/'),
    );
    const files = ['content', 'openapi', 'prediction_service', 'tool', 'vertex_rag_data', 'vertex_rag_service'];
    const text = files.map((name) => readFileSync(join(folder, `${name}.proto`), 'utf8')).join('\n');
    for (const { name, source } of allFields) {
      expect(camelCase(snakeCase(name))).toBe(name);
      if (source === undefined && !/^(latitude|longitude)$/.test(name))
        expect(text).toMatch(new RegExp(`\\b${snakeCase(name)} = \\d`));
    }
  });
});
