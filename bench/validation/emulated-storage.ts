import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { compiledProgram } from '../contest/compiled-programs';

const BUCKET = 'acme';
const NAME = 'in/prompts.jsonl';

/** An emulated Cloud Storage that has a file as an object. */
export interface EmulatedStorage {
  readonly url: string;
  /** The object's `gs://` URI. */
  readonly uri: string;
  /** The same rows as a `bq://` table, if that was asked for. */
  readonly table: string;
}

const TABLE = 'bq://acme.d.prompts';

/**
 * Runs `work` beside an emulated Cloud Storage in a process of its own, which keeps its objects in the directory.
 * @param columns of a table with the same rows: `name TYPE`, separated by commas; without them there is none
 */
export async function withEmulatedStorage<T>(
  directory: string,
  path: string,
  work: (storage: EmulatedStorage) => Promise<T>,
  { columns }: { readonly columns?: string } = {},
): Promise<T> {
  const table = columns === undefined ? [] : [TABLE, columns];
  const server = spawn(process.execPath, compiledProgram('emulator', [directory, path, BUCKET, NAME, ...table]), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(server, 'close');
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      const { url } = JSON.parse(line) as { url: string };
      return await work({ url, uri: `gs://${BUCKET}/${NAME}`, table: TABLE });
    }
    throw new Error('The emulator ended before it served');
  } finally {
    server.stdin.end();
    await ended;
  }
}
