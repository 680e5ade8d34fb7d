import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createEmulator,
  serveEmulator,
  type Emulator,
  type EmulatorServer,
  type Scenario,
} from '../../../src/emulator';
import { ObjectStoreGcs } from '../../../src/gateways/object-store-gcs';
import type { StoredObject } from '../../../src/gateways/object-store';
import { errorOf } from '../../support/vertex-jobs-contract';

const CHUNK = 256 * 1024;
const URI = 'gs://acme/claims/p1';

describe('ObjectStoreGcs, writing over a bad network', () => {
  let emulator: Emulator;
  let server: EmulatorServer;
  let store: ObjectStoreGcs;

  beforeEach(async () => {
    emulator = createEmulator();
    emulator.blobs.createBucket('acme');
    server = await serveEmulator(emulator);
    patientFor(5000);
  });

  afterEach(async () => {
    await emulator.close();
    await server.close();
  });

  const patientFor = (idleMs: number): void => {
    store = new ObjectStoreGcs({ apiEndpoint: server.url, chunkBytes: CHUNK, idleMs, retries: 2, retryDelayMs: 1 });
  };
  const withFaults = (...faults: NonNullable<Scenario['faults']>): void => emulator.setScenario({ faults });
  const callsOf = (call: string): number => emulator.calls().filter((made) => made.call === call).length;
  const contentOf = async (uri: string): Promise<Buffer> => {
    const pieces: Buffer[] = [];
    for await (const piece of store.read(uri)) pieces.push(piece);
    return Buffer.concat(pieces);
  };

  it('knows its own object again when the answer to its create got lost', async () => {
    withFaults({ call: 'storage.write', fault: { kind: 'lost-answer' } });
    const written = await store.write(URI, 'nonce 1', { ifGenerationMatch: 0 });
    expect(callsOf('storage.write')).toBe(2);
    expect(await store.find(URI)).toEqual(written);
  });

  it('does not take another’s object for its own', async () => {
    await store.write(URI, 'nonce of another', { ifGenerationMatch: 0 });
    withFaults({ call: 'storage.write', fault: { kind: 'reset' } });
    const error = await errorOf(store.write(URI, 'nonce 1', { ifGenerationMatch: 0 }));
    expect(error).toMatchObject({ kind: 'precondition', effect: 'refused', status: 412 });
    expect((await contentOf(URI)).toString()).toBe('nonce of another');
  });

  it.each([
    ['lost answers', { kind: 'lost-answer' }],
    ['lost answers that come as 503', { kind: 'lost-answer', as: 'status', status: 503 }],
    ['resets', { kind: 'reset' }],
    ['answers of 503', { kind: 'status', status: 503 }],
    ['answers of 429', { kind: 'status', status: 429 }],
    ['stalls', { kind: 'stall' }],
  ] as const)('uploads in chunks through %s', async (_, fault) => {
    if (fault.kind === 'stall') patientFor(250);
    const pieces = Array.from({ length: 9 }, (__, index) => Buffer.alloc(100_000, index + 1));
    withFaults(...[1, 3, 5, 7].map((skip) => ({ call: 'storage.write', fault, skip, times: 1 }) as const));
    const written = await store.write(URI, toAsync(pieces), { ifGenerationMatch: 0 });
    expect(written.size).toBe(900_000);
    expect((await contentOf(URI)).equals(Buffer.concat(pieces))).toBe(true);
    expect(await store.find(URI)).toEqual(written);
  });

  it('gives up an upload that makes no progress, and leaves nothing', async () => {
    withFaults({ call: 'storage.write', fault: { kind: 'status', status: 503 }, skip: 2, times: 99 });
    const content = toAsync([Buffer.alloc(3 * CHUNK, 'x')]);
    expect(await errorOf(store.write(URI, content))).toMatchObject({ kind: 'unavailable', status: 503 });
    emulator.setScenario({});
    expect(await store.find(URI)).toBeUndefined();
  });

  it('lists every page although one fails', async () => {
    for (let index = 0; index < 1001; index += 1) await emulator.blobs.write('acme', `list/${index}`, toAsync([]));
    withFaults({ call: 'storage.list', fault: { kind: 'status', status: 503 }, skip: 1 });
    const listed: StoredObject[] = [];
    for await (const object of store.list('gs://acme/list/')) listed.push(object);
    expect(listed).toHaveLength(1001);
    expect(callsOf('storage.list')).toBe(3);
  });

  it('composes once, and knows its own object when the answer got lost', async () => {
    const part = await store.write('gs://acme/part', 'part\n');
    withFaults({ call: '*', path: '/compose', fault: { kind: 'lost-answer' } });
    const joined = await store.compose([part, part], URI, { ifGenerationMatch: 0 });
    expect(joined).toMatchObject({ size: 10 });
    expect((await contentOf(URI)).toString()).toBe('part\npart\n');
  });

  it.each([
    ['write', 'storage.write', () => store.write(URI, 'x')],
    ['delete', 'storage.delete', () => store.delete(URI)],
  ] as const)('says which role is missing to %s', async (verb, call, act) => {
    withFaults({ call, fault: { kind: 'status', status: 403 } });
    const error = await errorOf(act());
    expect(error).toMatchObject({ kind: 'permission', status: 403 });
    expect(error.message).toContain(`Cannot ${verb} ${URI}: permission denied. Grant roles/storage.objectUser`);
  });

  it('says that the bucket is missing', async () => {
    const error = await errorOf(store.write('gs://nowhere/x', 'x'));
    expect(error).toMatchObject({ kind: 'not-found' });
    expect(error.message).toContain('Cannot write gs://nowhere/x: not found. Check that the bucket exists.');
  });

  it('knows that a write was never sent when nobody listens', async () => {
    await server.close();
    expect(await errorOf(store.write(URI, 'x'))).toMatchObject({ kind: 'unavailable', effect: 'never-sent' });
    expect(await errorOf(store.delete(URI))).toMatchObject({ kind: 'unavailable', effect: 'never-sent' });
  });
});

async function* toAsync<T>(pieces: Iterable<T>): AsyncGenerator<T> {
  yield* pieces;
}
