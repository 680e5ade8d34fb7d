import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Storage } from '@google-cloud/storage';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { serveEmulator, type EmulatorServer } from '../../../src/emulator/server';
import type { BlobStore } from '../../../src/emulator/storage/blob-store';
import { DiskBlobStore } from '../../../src/emulator/storage/blob-store-disk';
import { MemoryBlobStore } from '../../../src/emulator/storage/blob-store-memory';
import { createStorageRoutes } from '../../../src/emulator/storage/routes';
import { describeStorage } from '../../support/storage-suite';

const directory = mkdtempSync(join(tmpdir(), 'storage-client-'));
const inMemory = new MemoryBlobStore();
const memory = served(inMemory);
const disk = served(new DiskBlobStore(directory));
afterAll(() => rmSync(directory, { recursive: true }));

describeStorage({ name: 'the emulated storage in memory', apiEndpoint: memory.url });
describeStorage({ name: 'the emulated storage on disk', apiEndpoint: disk.url });

it('lists more objects than fit on a page of the service', async () => {
  inMemory.createBucket('many');
  for (let index = 0; index < 2_345; index += 1) await inMemory.write('many', `object-${index}`, nothing());
  const [files] = await new Storage({ apiEndpoint: memory.url(), projectId: 'acme' }).bucket('many').getFiles();
  expect(new Set(files.map(({ name }) => name)).size).toBe(2_345);
});

/** Serves the store on a port of its own for as long as the tests of this file run. */
function served(blobs: BlobStore): { url: () => string } {
  const routes = createStorageRoutes({ blobs });
  const fetch = async (request: Request) => (await routes(request)) ?? new Response(null, { status: 404 });
  let server: EmulatorServer;
  beforeAll(async () => {
    server = await serveEmulator({ fetch });
  });
  afterAll(() => server.close());
  return { url: () => server.url };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
