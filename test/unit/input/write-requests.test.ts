import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { createEmulator, serveEmulator } from '../../../src/emulator';
import { InvalidRowsError, writeRequests, type RequestRow } from '../../../src/input';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'write-requests-'));
});

afterEach(() => rm(directory, { recursive: true }));

function row(key: string, role = 'user'): RequestRow {
  return { key, request: { contents: [{ role, parts: [{ text: `prompt of ${key}` }] }] }, tenant: 'acme' };
}

async function* rowsOf(...keys: readonly string[]): AsyncGenerator<RequestRow> {
  for (const key of keys) yield row(key);
}

function at(name: string): string {
  return join(directory, name);
}

describe('writeRequests', () => {
  test.each<[string, () => Iterable<RequestRow> | AsyncIterable<RequestRow>]>([
    ['a list', () => [row('a'), row('b')]],
    ['a generator that waits', () => rowsOf('a', 'b')],
  ])('writes %s, one row a line, in place of what stood there', async (_, rows) => {
    await writeFile(at('in.jsonl'), 'old');
    const written = await writeRequests(at('in.jsonl'), rows());
    const content = await readFile(at('in.jsonl'), 'utf8');
    expect(content).toBe(`${JSON.stringify(row('a'))}\n${JSON.stringify(row('b'))}\n`);
    expect(written).toEqual({ uri: at('in.jsonl'), rows: 2, bytes: content.length });
    expect(await readdir(directory)).toEqual(['in.jsonl']);
  });

  it('writes to Cloud Storage', async () => {
    const emulator = createEmulator();
    emulator.blobs.createBucket('acme');
    const server = await serveEmulator(emulator);
    try {
      const auth = { getAccessToken: async () => 'token' };
      const storage = { auth, endpoints: { storage: server.url } };
      const written = await writeRequests('gs://acme/in.jsonl', rowsOf('a'), storage);
      expect(written).toMatchObject({ uri: 'gs://acme/in.jsonl', rows: 1 });
      expect(emulator.blobs.get('acme', 'in.jsonl')).toMatchObject({ size: written.bytes });
      await expect(writeRequests('gs://acme/bad.jsonl', [row('a', 'tester')], storage)).rejects.toThrow(/tester/);
      expect(emulator.blobs.get('acme', 'bad.jsonl')).toBeUndefined();
    } finally {
      await server.close();
    }
  });
});

describe('writeRequests leaves what stood there as it was', () => {
  beforeEach(() => writeFile(at('in.jsonl'), 'old'));

  const failing = async function* (): AsyncGenerator<RequestRow> {
    yield row('a');
    throw new Error('the database is gone');
  };
  const twice = { ...row('b'), tenant: 7 };
  test.each<[string, () => Iterable<RequestRow> | AsyncIterable<RequestRow>, RegExp]>([
    [
      'rows that a job refuses',
      () => [row('a'), row('b', 'tester')],
      /^Nothing was written, for 1 error in 2 rows: row 2, request\.contents\[0\]\.role: role must be user or model/,
    ],
    ['keys that stand twice', () => [row('a'), row('a')], /row 2, key: the row has the key of <rows>:1/],
    ['rows that don’t go together', () => [row('a'), twice], /row 2, tenant: tenant is a number here and a string/],
    ['rows without a key', () => [{ request: {} } as RequestRow], /row 1, key: key must be a string/],
    ['what is no row', () => [7 as unknown as RequestRow], /row 1: the line must be a JSON object/],
    ['no rows', () => [], /is empty/],
    ['a source that breaks', failing, /the database is gone/],
  ])('when it is given %s', async (_, rows, message) => {
    await expect(writeRequests(at('in.jsonl'), rows())).rejects.toThrow(message);
    expect(await readFile(at('in.jsonl'), 'utf8')).toBe('old');
    expect(await readdir(directory)).toEqual(['in.jsonl']);
  });

  it('with all problems at hand', async () => {
    const error: unknown = await writeRequests(
      at('in.jsonl'),
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key) => row(key, 'tester')),
    ).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidRowsError);
    expect((error as InvalidRowsError).message).toMatch(/; and 2 more$/);
    expect((error as InvalidRowsError).report.problems).toHaveLength(7);
  });

  it('when it is stopped', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(writeRequests(at('in.jsonl'), rowsOf('a'), { signal })).rejects.toThrow('enough');
    expect(await readFile(at('in.jsonl'), 'utf8')).toBe('old');
  });

  it.each(['bq://a.b.c', 'gs://acme/folder/', '', 's3://a/b'])('for a place like "%s"', async (place) => {
    await expect(writeRequests(place, rowsOf('a'))).rejects.toThrow(/must be a gs:\/\/bucket\/name\.jsonl or the path/);
  });
});
