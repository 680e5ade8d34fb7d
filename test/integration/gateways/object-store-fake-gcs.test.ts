import { afterAll, beforeAll, inject } from 'vitest';
import { ObjectStoreGcs } from '../../../src/gateways/object-store-gcs';
import { startFakeGcsServer } from '../../support/fake-gcs-server';
import { describeObjectStore } from '../../support/object-store-contract';

const found = inject('fakeGcsServer');
let server: { url: string; stop(): Promise<void> };

beforeAll(async () => {
  if ('missing' in found) return;
  server = await startFakeGcsServer();
  await fetch(`${server.url}/storage/v1/b?project=acme`, { method: 'POST', body: JSON.stringify({ name: 'acme' }) });
});

afterAll(() => server?.stop());

describeObjectStore('ObjectStoreGcs on fake-gcs-server', {
  // It checks no preconditions on compose and rewrite.
  knownGaps: ['joins only under its precondition', 'copies only under its precondition'],
  missing: 'missing' in found ? found.missing : undefined,
  open: async () => ({
    store: new ObjectStoreGcs({ apiEndpoint: server.url, chunkBytes: 256 * 1024, retryDelayMs: 1 }),
    bucket: 'gs://acme',
  }),
});
