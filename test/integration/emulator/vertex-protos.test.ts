import { dirname, join } from 'node:path';

import protosJson from '@google-cloud/aiplatform/build/protos/protos.json';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';

import type { Scenario } from '../../../src/emulator';
import { aRow, EmulatorBench } from '../../support/an-emulator';

const root = protobuf.Root.fromJSON(protosJson);

type Json = Readonly<Record<string, unknown>>;

/** Fields of a message that its proto does not have, by path. */
function strangers(json: Json, type: protobuf.Type, path: string): string[] {
  return Object.entries(json).flatMap(([name, value]) => {
    const field = type.fields[name];
    if (field === undefined) return [`${path}.${name}`];
    field.resolve();
    const inner = field.resolvedType;
    if (!(inner instanceof protobuf.Type) || field.map || wellKnown(inner)) return [];
    return [value].flat().flatMap((item) => strangers(item as Json, inner, `${path}.${name}`));
  });
}

function wellKnown(type: protobuf.Type): boolean {
  return type.fullName.startsWith('.google.protobuf.');
}

/** Timestamps are strings in JSON only; the rest of a message is checked as it is. */
function withoutTimes(json: Json): Json {
  return Object.fromEntries(Object.entries(json).filter(([name]) => !name.endsWith('Time')));
}

const SCENARIOS: readonly [string, Scenario][] = [
  ['succeeds', {}],
  ['fails', { end: { state: 'JOB_STATE_FAILED', finishedShare: 0.5 } }],
  ['expires', { end: { state: 'JOB_STATE_EXPIRED' } }],
  ['is partial', { end: { state: 'JOB_STATE_PARTIALLY_SUCCEEDED' } }],
  ['is paused', { transitions: [{ state: 'JOB_STATE_QUEUED' }, { state: 'JOB_STATE_PAUSED', hold: true }] }],
];

describe.each(['v1', 'v1beta1'])('every job of %s', (version) => {
  const type = root.lookupType(`google.cloud.aiplatform.${version}.BatchPredictionJob`);

  it.each(SCENARIOS)('that %s is a BatchPredictionJob of the proto at any moment', async (_what, scenario) => {
    const bench = new EmulatorBench({ scenario });
    await bench.put('gs://bucket/in.jsonl', [aRow('x'), aRow('[[bad-request]]'), aRow('y')]);
    const { name } = await bench.create({ labels: { a: 'b' } });
    for (let at = 0; at < 100; at += 10) {
      const job = await bench.json<Json>('GET', `/${version}/${name}`);
      expect(strangers(job, type, 'job')).toEqual([]);
      const json = withoutTimes(job);
      expect(type.verify(type.fromObject({ ...json }))).toBeNull();
      expect(type.toObject(type.fromObject({ ...json }), { enums: String, longs: String })).toEqual(json);
      await bench.emulator.advance(10);
    }
  });
});

describe('an error', () => {
  it('carries details that the proto knows', async () => {
    const response = await new EmulatorBench().call('POST', '/v1/projects/p/locations/l/batchPredictionJobs', { x: 1 });
    const { error } = (await response.json()) as { error: { details: Json[] } };
    const [violation] = error.details;
    const { '@type': typeUrl, ...detail } = violation ?? {};
    const errorDetails = protobuf.loadSync(
      join(dirname(require.resolve('google-gax')), '../protos/google/rpc/error_details.proto'),
    );
    const type = errorDetails.lookupType(String(typeUrl).replace('type.googleapis.com/', ''));
    expect(strangers(detail, type, 'detail')).toEqual([]);
  });

  it('of a deletion is an operation that the proto knows', async () => {
    const bench = new EmulatorBench();
    const { name } = await bench.run([aRow('x')]);
    const operation = await bench.json<Json>('DELETE', `/v1/${name}`);
    expect(strangers(operation, root.lookupType('google.longrunning.Operation'), 'operation')).toEqual([]);
    const { '@type': typeUrl, ...metadata } = operation['metadata'] as Json;
    const type = root.lookupType(String(typeUrl).replace('type.googleapis.com/', ''));
    expect(strangers(metadata, type, 'metadata')).toEqual([]);
  });
});
