import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { argv, stdin, stdout } from 'node:process';
import { createEmulator, serveEmulator } from '../../src/emulator';
import { loadTable } from './load-table';

/** An emulated Cloud Storage with one object, and its rows as a table if that is asked for, in a process of its own; it ends when its stdin does. */
async function serveFile(
  directory: string,
  path: string,
  bucket: string,
  name: string,
  { table, columns }: { readonly table: string; readonly columns: string },
): Promise<void> {
  const emulator = createEmulator({ storage: { directory } });
  emulator.blobs.createBucket(bucket);
  await emulator.blobs.write(bucket, name, createReadStream(path, { highWaterMark: 1024 * 1024 }));
  if (table !== '') await loadTable(emulator, table, columns, `gs://${bucket}/${name}`);
  const server = await serveEmulator(emulator);
  stdout.write(`${JSON.stringify({ url: server.url })}\n`);
  stdin.resume();
  await once(stdin, 'end');
  await server.close();
  await emulator.close();
}

const [directory = '', path = '', bucket = '', name = '', table = '', columns = ''] = argv.slice(2);
void serveFile(directory, path, bucket, name, { table, columns });
