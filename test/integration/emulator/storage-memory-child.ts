import { DiskBlobStore } from '../../../src/emulator/storage/blob-store-disk';
import { createStorageRoutes } from '../../../src/emulator/storage/routes';

const CHUNK = Buffer.alloc(64 * 1024, 'a row of some length\n');

/** Writes and reads back an object and prints its size with the most memory that the process held for it. */
async function main(directory: string, size: number): Promise<void> {
  const blobs = new DiskBlobStore(directory);
  blobs.createBucket('b');
  const routes = createStorageRoutes({ blobs });
  const before = process.memoryUsage();
  let most = { heapUsed: 0, external: 0 };
  const note = () => {
    const { heapUsed, external } = process.memoryUsage();
    most = {
      heapUsed: Math.max(most.heapUsed, heapUsed - before.heapUsed),
      external: Math.max(most.external, external - before.external),
    };
  };
  const path = 'http://storage.test/upload/storage/v1/b/b/o?uploadType=media&name=n';
  await routes(new Request(path, { method: 'POST', body: contentOf(size, note), duplex: 'half' }));
  const download = await routes(new Request('http://storage.test/storage/v1/b/b/o/n?alt=media'));
  let received = 0;
  for await (const chunk of download!.body!) {
    received += chunk.length;
    note();
  }
  process.stdout.write(JSON.stringify({ received, ...most }));
}

function contentOf(size: number, note: () => void): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      note();
      controller.enqueue(CHUNK.subarray(0, size - sent));
      sent += CHUNK.length;
      if (sent >= size) controller.close();
    },
  });
}

void main(process.argv[2]!, Number(process.argv[3]));
