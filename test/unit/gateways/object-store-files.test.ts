import { chmod, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isGatewayError } from '../../../src/gateways/gateway-error';
import { ObjectStoreFiles } from '../../../src/gateways/object-store-files';
import { describeObjectStore } from '../../support/object-store-contract';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'object-store-files-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describeObjectStore('ObjectStoreFiles', {
  open: async () => ({ store: new ObjectStoreFiles(), bucket: directory }),
});

describe('ObjectStoreFiles', () => {
  it('leaves nothing behind of what it deletes, nor of a write that fails', async () => {
    const store = new ObjectStoreFiles();
    const root = join(directory, 'leftovers');
    await writeFile(join(directory, 'beside'), '');
    await store.write(`${root}/a/b/c`, 'x');
    await expect(store.write(`${root}/a/b/c`, 'y', { ifGenerationMatch: 0 })).rejects.toThrow(/not the version/);
    expect(await readdir(`${root}/a/b`)).toEqual(['c']);
    await store.delete(`${root}/a/b/c`);
    expect(await readdir(directory)).not.toContain('leftovers');
  });

  it('notices a file that somebody else changes in place', async () => {
    const store = new ObjectStoreFiles();
    const path = join(directory, 'changing');
    const { generation } = await store.write(path, 'one');
    await writeFile(path, 'two');
    await utimes(path, 1, 1);
    const changed = await store.find(path);
    expect(changed?.generation).not.toBe(generation);
    expect(changed?.crc32c).not.toBe((await store.write(`${path}-2`, 'one')).crc32c);
    const read = async () => {
      for await (const _ of store.read(path, { generation })) continue;
    };
    await expect(read()).rejects.toSatisfy((error) => isGatewayError(error, 'not-found'));
  });

  it.skipIf(process.getuid?.() === 0)('says what stands in the way', async () => {
    const path = join(directory, 'locked');
    await writeFile(path, 'x');
    await chmod(path, 0);
    await expect(new ObjectStoreFiles().find(path)).rejects.toThrow(/Cannot read .*locked: permission denied/);
  });
});
