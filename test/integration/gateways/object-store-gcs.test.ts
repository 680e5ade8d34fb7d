import { afterAll, beforeAll } from 'vitest';
import { createEmulator, serveEmulator, type EmulatorServer } from '../../../src/emulator';
import { ObjectStoreGcs } from '../../../src/gateways/object-store-gcs';
import { describeObjectStore } from '../../support/object-store-contract';

const emulator = createEmulator();
let server: EmulatorServer;

beforeAll(async () => {
  emulator.blobs.createBucket('acme');
  server = await serveEmulator(emulator);
});

afterAll(async () => {
  await server.close();
  await emulator.close();
});

describeObjectStore('ObjectStoreGcs on the emulator', {
  open: async () => ({
    store: new ObjectStoreGcs({ apiEndpoint: server.url, chunkBytes: 256 * 1024, retryDelayMs: 1 }),
    bucket: 'gs://acme',
  }),
});
