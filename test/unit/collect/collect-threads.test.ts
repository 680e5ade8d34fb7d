import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import type { CollectThreads } from '../../../src/collect/range-threads';
import { createEmulator, serveEmulator } from '../../../src/emulator';
import type { ObjectStore } from '../../../src/gateways/object-store';
import { objectStoreAnywhere } from '../../../src/gateways/object-store-anywhere';
import { ObjectStoreGcs } from '../../../src/gateways/object-store-gcs';
import { testAttempt } from '../../support/attempt';
import { CollectBench } from '../../support/collect-bench';
import { answered, blocked, refused } from '../../support/job-output';

const FILES = 5;
const ROWS = 4_000;
/** Two rounds, each of several files, which are a range each. */
const OUTPUTS = Array.from({ length: FILES }, (_, file) => `out/${file % 2}/predictions_000${file}.jsonl`);

let bench: CollectBench;

beforeEach(async () => {
  bench = await CollectBench.open();
});

afterEach(() => bench.close());

/** Any size is worth them. */
function threads(count: number, more: Partial<CollectThreads> = {}): CollectThreads {
  return { count, worthBytes: 0, endpoints: {}, onRead: () => {}, ...more };
}

function row(at: number): object {
  const text = `${at} `.repeat(at % 200);
  return { key: `k${at}`, tenant: at % 7, request: { contents: [{ role: 'user', parts: [{ text }] }] } };
}

function outputOf(at: number): string {
  if (at % 11 === 0) return refused(row(at), 429);
  return at % 13 === 0 ? blocked(row(at)) : answered(row(at), `answer ${at}`);
}

/** Each row in some file, and some again in another. */
async function putAll(root = ''): Promise<void> {
  const rows = Array.from({ length: ROWS }, (_, at) => at);
  await bench.put(`${root}in.jsonl`, rows.map(row));
  for (const [file, name] of OUTPUTS.entries()) {
    const there = rows.filter((at) => at % FILES === file || at % 17 === file);
    await bench.put(`${root}${name}`, there.map(outputOf));
  }
}

/** The bytes of everything that is written for people, by name. */
async function written(store: ObjectStore, directory: string): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const name of ['results/', 'errors.jsonl', 'dead-letters.jsonl']) {
    for await (const { uri } of store.list(`${directory}${name}`)) {
      const pieces: Buffer[] = [];
      for await (const piece of store.read(uri)) pieces.push(piece);
      contents[uri.slice(directory.length)] = Buffer.concat(pieces).toString();
    }
  }
  return contents;
}

describe('collect with several threads', () => {
  test.each([2, 3, 8])('writes byte for byte what it writes with one: %d', async (count) => {
    await putAll();
    const alone = await bench.collect({ to: bench.path('alone') });
    const together = await bench.collect({ to: bench.path('together') }, { threads: threads(count) });
    const one = await written(bench.store, bench.path('alone/'));
    const results = ['results/part-00001.jsonl', 'results/part-00002.jsonl'];
    expect(Object.keys(one)).toEqual([...results, 'errors.jsonl', 'dead-letters.jsonl']);
    expect(await written(bench.store, bench.path('together/'))).toEqual(
      JSON.parse(JSON.stringify(one).replaceAll('/alone/', '/together/')),
    );
    expect(together).toMatchObject({
      duplicates: alone.duplicates,
      result: { rows: alone.result.rows, usage: alone.result.usage, outcome: 'partial' },
    });
  });

  it('starts none for what isn’t worth it', async () => {
    await putAll();
    let elsewhere = 0;
    const onRead = (bytes: number) => (elsewhere += bytes);
    await bench.collect({}, { threads: { count: 4, endpoints: {}, onRead } });
    expect(elsewhere).toBe(0);
  });

  it('tells of all bytes of the outputs, wherever they are read', async () => {
    await putAll();
    const sizes: number[] = [];
    for await (const { size } of bench.store.list(bench.path('out/'))) sizes.push(size);
    let [here, elsewhere] = [0, 0];
    const onRead = (uri: string, bytes: number) => (here += uri.includes('/out/') ? bytes : 0);
    const told = objectStoreAnywhere({ remote: () => bench.bucket, onRead });
    const onReadElsewhere = (bytes: number) => (elsewhere += bytes);
    await bench.collect({}, { through: () => told, threads: threads(2, { onRead: onReadElsewhere }) });
    expect(here).toBeGreaterThan(0);
    expect(elsewhere).toBeGreaterThan(0);
    expect(here + elsewhere).toBeGreaterThanOrEqual(sizes.reduce((sum, size) => sum + size, 0));
  });

  it('leaves nothing when it is interrupted while another thread reads, at whatever moment', async () => {
    await putAll();
    await bench.putText('to/notes.md', 'mine');
    let interrupted = 0;
    for (const reads of [1, 2, 3, 4, 6, 8, 10, 12]) {
      const attempt = testAttempt();
      let left = reads;
      const onRead = () => {
        left -= 1;
        if (left === 0) attempt.cancel(new Error('interrupted'));
      };
      const end = bench.collect({}, { attempt, threads: threads(2, { onRead }) });
      await end.catch((error: Error) => expect(error.message).toBe('interrupted'));
      if (left > 0) break;
      interrupted += 1;
      expect(await bench.files('to')).toEqual(['notes.md']);
    }
    expect(interrupted).toBeGreaterThan(3);
  }, 60_000);

  it('fails as it does alone where another thread can’t read, and leaves nothing', async () => {
    await putAll();
    // the first range is this thread's, the second another's
    const second = bench.path(OUTPUTS[2] ?? '');
    const through = (store: ObjectStore): ObjectStore => ({
      ...store,
      write: async (uri, ...content) => {
        if (uri.endsWith('outputs.json')) await rm(second, { force: true });
        return store.write(uri, ...content);
      },
    });
    await expect(bench.collect({}, { through, threads: threads(2) })).rejects.toMatchObject({
      name: 'GatewayError',
      kind: 'not-found',
      message: expect.stringContaining(second) as string,
    });
    expect(await bench.files('to')).toEqual([]);
  });

  it('reads and writes Cloud Storage on each of them', async () => {
    await putAll();
    const emulator = createEmulator();
    emulator.blobs.createBucket('acme');
    const server = await serveEmulator(emulator);
    try {
      const endpoints = { storage: server.url };
      const cloud = new ObjectStoreGcs({ apiEndpoint: server.url });
      for (const name of ['in.jsonl', ...OUTPUTS]) await cloud.write(`gs://acme/${name}`, await bench.text(name));
      const request = { input: ['gs://acme/in.jsonl'], outputs: ['gs://acme/out'], to: 'gs://acme/to' };
      let elsewhere = 0;
      const onRead = (bytes: number) => (elsewhere += bytes);
      const through = () => objectStoreAnywhere({ remote: () => cloud });
      await bench.collect(request, { through, threads: threads(2, { endpoints, onRead }) });
      expect(elsewhere).toBeGreaterThan(0);
      const together = await written(cloud, 'gs://acme/to/');
      await bench.collect({ ...request, to: 'gs://acme/alone' }, { through });
      expect(together).toEqual(await written(cloud, 'gs://acme/alone/'));
    } finally {
      await server.close();
    }
  });
});
