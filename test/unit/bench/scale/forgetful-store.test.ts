import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentOf } from '../../../../bench/scale/fixed-rows';
import { ForgetfulStore } from '../../../../bench/scale/forgetful-store';
import { requestRows } from '../../../../bench/scale/generated-run';
import { crc32cOf, toBase64Crc32c } from '../../../../src/rows/crc32c';

const ROWS = requestRows(3, 200);
const CONTENT = Buffer.concat([...contentOf(ROWS, 0, Infinity)]);
const DESCRIPTION = { size: CONTENT.length, crc32c: toBase64Crc32c(crc32cOf(CONTENT)) };

describe('the store that forgets', () => {
  let directory: string;
  let store: ForgetfulStore;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'forgetful-'));
    store = new ForgetfulStore(directory);
    store.generate('gs://acme/in/a.jsonl', ROWS, { first: 3, rows: 200, isCopy: false });
  });

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  async function read(uri: string, range: { from?: number; to?: number } = {}): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of store.read(uri, range)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  it('makes what it serves, and describes it truthfully', async () => {
    expect(await store.find('gs://acme/in/a.jsonl')).toMatchObject(DESCRIPTION);
    expect(await read('gs://acme/in/a.jsonl', { from: 5, to: 20_000 })).toEqual(CONTENT.subarray(5, 20_000));
  });

  it('keeps of a staged copy its size, its checksum and which rows it has', async () => {
    const uri = 'gs://acme/out/run/staged/p1-r1-0.jsonl';
    expect(await store.write(uri, CONTENT, { ifGenerationMatch: 0 })).toMatchObject(DESCRIPTION);
    expect(store.spanOf(uri)).toEqual({ first: 3, rows: 200, isCopy: true });
    await expect(read(uri)).rejects.toThrow('forgotten');
    await expect(store.write(uri, CONTENT, { ifGenerationMatch: 0 })).rejects.toMatchObject({ kind: 'precondition' });
  });

  it('joins and copies results that it has forgotten', async () => {
    const [one, other] = [CONTENT.subarray(0, 1_000), CONTENT.subarray(1_000)];
    const parts = await Promise.all([
      store.write('gs://acme/out/work/range-0-results.jsonl', one),
      store.write('gs://acme/out/work/range-1-results.jsonl', other),
    ]);
    const joined = await store.compose(parts, 'gs://acme/out/work/joined.jsonl');
    expect(await store.copy(joined, 'gs://acme/out/results/part-1.jsonl')).toMatchObject(DESCRIPTION);
  });

  it('keeps all that a run reads again, and lists both', async () => {
    await store.write('gs://acme/out/plan.json', '{}');
    expect((await read('gs://acme/out/plan.json')).toString()).toBe('{}');
    const uris: string[] = [];
    for await (const { uri } of store.list('gs://acme/out/')) uris.push(uri);
    expect(uris).toContain('gs://acme/out/plan.json');
    expect(uris).toContain('gs://acme/out/results/part-1.jsonl');
    expect(uris).toEqual(uris.toSorted());
  });
});
