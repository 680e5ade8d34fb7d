import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planUploads } from '../../../src/cli/run/uploads';
import { createEmulator } from '../../../src/emulator';
import { ObjectStoreFiles } from '../../../src/gateways/object-store-files';
import { ObjectStoreGcs } from '../../../src/gateways/object-store-gcs';
import { CollectBench } from '../../support/collect-bench';
import { answered } from '../../support/job-output';

const HOSTILE = [
  '../../escaped',
  'a/../../../escaped',
  '/etc/escaped',
  '//etc/escaped',
  'a\0b/escaped',
  '%2e%2e%2f%2e%2e%2fescaped',
  '..\\..\\escaped',
  '~/escaped',
];

describe('names from outside, on this machine', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'outside-names-'));
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('are no paths in the directory of an emulator, which keeps each object under its whole name', async () => {
    const storage = { directory: join(directory, 'a/b/c') };
    const emulator = createEmulator({ storage });
    emulator.blobs.createBucket('acme');
    for (const name of HOSTILE) expect(await upload(emulator, name)).toBe(200);
    await emulator.close();
    expect(await filesBelow(directory)).toEqual([
      ...HOSTILE.map(() => 'a/b/c/contents/<id>'),
      'a/b/c/journal.jsonl',
      'a/b/c/tables/journal.jsonl',
    ]);

    const opened = createEmulator({ storage });
    const kept = HOSTILE.map((name) => opened.blobs.get('acme', name)?.name);
    await opened.close();
    expect(kept).toEqual(HOSTILE);
  });

  it.each(['..', '.', '../..', '/tmp', 'a/b'])('make no bucket %j in an emulator', async (name) => {
    const emulator = createEmulator({ storage: { directory: join(directory, 'data') } });
    const response = await emulator.fetch(
      new Request('http://127.0.0.1/storage/v1/b?project=acme', {
        method: 'POST',
        headers: { authorization: 'Bearer t' },
        body: JSON.stringify({ name }),
      }),
    );
    await emulator.close();
    expect(response.status).toBe(400);
  });

  it.each(['relative/name', '../above', '', 'gs://acme/name'])('such as %j are no files', async (name) => {
    await expect(new ObjectStoreFiles().write(name, 'x')).rejects.toThrow(/named by its absolute path/);
  });

  it('with a NUL in them are refused before the file system sees them', async () => {
    const store = new ObjectStoreFiles();
    const path = join(directory, 'a\0b');
    const refused = { kind: 'invalid-request', message: expect.stringContaining('\\u0000') as string };
    await expect(store.find(path)).rejects.toMatchObject(refused);
    await expect(store.write(path, 'x')).rejects.toMatchObject(refused);
    await expect(store.delete(path)).rejects.toMatchObject(refused);
    expect(await readdir(directory)).toEqual([]);
  });

  it('give an upload its last segment only', () => {
    const from = (path: string) => ({ path, uri: path, size: 0 }) as Parameters<typeof planUploads>[0][number];
    const planned = planUploads([from('/x/../a.jsonl'), from('/y/a.jsonl'), from('../../b.jsonl')], 'gs://acme/run/');
    expect(planned.map(({ to }) => to)).toEqual([
      'gs://acme/run/input/1-a.jsonl',
      'gs://acme/run/input/2-a.jsonl',
      'gs://acme/run/input/b.jsonl',
    ]);
  });
});

describe('what outputs and rows are called', () => {
  it('decides about no file that a collect writes', async () => {
    const bench = await CollectBench.open();
    try {
      const rows = HOSTILE.map((key) => ({ key, request: { contents: [{ role: 'user', parts: [{ text: key }] }] } }));
      await bench.put('in.jsonl', rows);
      for (const [index, name] of HOSTILE.entries()) {
        const lines = [answered(rows[index] as object, 'A')];
        await bench.put(`gs://acme/out/${name}/predictions.jsonl`, lines);
        await bench.put(`gs://acme/out/${name}/manifest.json`, [{ results: { uri: join(bench.directory, 'stolen') } }]);
      }
      const { result } = await bench.collect({ outputs: ['gs://acme/out'] });
      expect(result.rows).toMatchObject({ input: HOSTILE.length, answered: HOSTILE.length });
      const written = (await filesBelow(bench.directory)).filter((file) => file !== 'in.jsonl');
      expect(written).toContain('to/manifest.json');
      for (const file of written) {
        expect(file).toMatch(/^to\/(manifest\.json|plan\.json|results\/part-\d+\.jsonl|index\/[a-z0-9.-]+)$/);
      }
    } finally {
      await bench.close();
    }
  });
});

describe('names in Cloud Storage', () => {
  let service: Server;
  let store: ObjectStoreGcs;
  let asked: string[];
  let listed: string;

  beforeEach(async () => {
    asked = [];
    service = createServer((incoming, outgoing) => {
      asked.push(`${incoming.method} ${incoming.url}`);
      const item = { bucket: 'acme', name: listed, generation: '1', size: '1', crc32c: 'AAAAAA==' };
      outgoing.end(JSON.stringify({ items: [item] }));
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    const { port } = service.address() as AddressInfo;
    store = new ObjectStoreGcs({ apiEndpoint: `http://127.0.0.1:${port}`, retries: 0 });
  });

  afterEach(() => {
    service.closeAllConnections();
    service.close();
  });

  it.each(['gs://acme/.', 'gs://acme/..'])('%s is no object: as a path it would be the bucket', async (uri) => {
    const refused = { kind: 'invalid-request', effect: 'never-sent' };
    await expect(store.find(uri)).rejects.toMatchObject(refused);
    await expect(store.delete(uri)).rejects.toMatchObject(refused);
    await expect(store.write(uri, 'x')).rejects.toMatchObject(refused);
    expect(asked).toEqual([]);
  });

  it.each(['gs://acme/a/../b', 'gs://acme/../b', 'gs://acme/%2e%2e', 'gs://acme/a?b#c'])(
    '%s stays one segment of the request',
    async (uri) => {
      listed = uri.slice('gs://acme/'.length);
      await expect(store.delete(uri)).rejects.toThrow('not that of a delete');
      expect(asked[0]).toBe(`DELETE /storage/v1/b/acme/o/${encodeURIComponent(listed)}`);
    },
  );

  it.each(['input/other.jsonl', 'run-2/part', '../run/part', 'run'])(
    'a listing that answers %s for another prefix is not believed',
    async (name) => {
      listed = name;
      const list = async () => {
        for await (const { uri } of store.list('gs://acme/run/')) return uri;
        return undefined;
      };
      await expect(list()).rejects.toThrow(`names gs://acme/${name}, which was not asked for`);
      listed = 'run/part';
      expect(await list()).toBe('gs://acme/run/part');
    },
  );
});

async function upload(emulator: ReturnType<typeof createEmulator>, name: string): Promise<number> {
  const query = `uploadType=media&name=${encodeURIComponent(name)}`;
  const response = await emulator.fetch(
    new Request(`http://127.0.0.1/upload/storage/v1/b/acme/o?${query}`, {
      method: 'POST',
      headers: { authorization: 'Bearer t' },
      body: 'x',
    }),
  );
  return response.status;
}

/** Paths relative to a directory, with what is random in them left out. */
async function filesBelow(directory: string): Promise<string[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .map((path) => path.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, '<id>'))
    .sort();
}
