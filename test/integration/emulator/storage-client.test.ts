import { once } from 'node:events';

import { Storage } from '@google-cloud/storage';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { MemoryBlobStore } from '../../../src/emulator/storage/blob-store-memory';
import { createStorageRoutes } from '../../../src/emulator/storage/routes';
import { describeStorage } from '../../support/storage-suite';

const blobs = new MemoryBlobStore();
const routes = createStorageRoutes({ blobs });
let server: ReturnType<typeof serve>;
let apiEndpoint: string;

beforeAll(async () => {
  const fetch = async (request: Request) => (await routes(request)) ?? new Response(null, { status: 404 });
  const port = await new Promise<number>((resolve) => {
    server = serve({ fetch, port: 0, hostname: '127.0.0.1' }, (address) => resolve(address.port));
  });
  apiEndpoint = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  server.close();
  await once(server, 'close');
});

describeStorage({ name: 'the emulated storage', apiEndpoint: () => apiEndpoint });

it('lists more objects than fit on a page of the service', async () => {
  blobs.createBucket('many');
  for (let index = 0; index < 2_345; index += 1) await blobs.write('many', `object-${index}`, nothing());
  const [files] = await new Storage({ apiEndpoint, projectId: 'acme' }).bucket('many').getFiles();
  expect(new Set(files.map(({ name }) => name)).size).toBe(2_345);
});

async function* nothing(): AsyncGenerator<Uint8Array> {}
