import { createEmulator, serveEmulator, type Emulator, type EmulatorOptions } from '../src/emulator';

export const PROJECT = 'acme-project';
export const LOCATION = 'us-central1';
export const MODEL = 'gemini-2.5-flash';

/** The emulated service on a port, with a bucket `acme`. */
export interface EmulatedService {
  readonly emulator: Emulator;
  readonly url: string;
  /** Writes rows as JSONL to `gs://acme/<name>`. */
  readonly put: (name: string, rows: readonly unknown[]) => Promise<void>;
}

/** Runs `work` beside an emulated service of its own. */
export async function withEmulatedService<T>(
  options: EmulatorOptions,
  work: (service: EmulatedService) => Promise<T>,
): Promise<T> {
  const emulator = createEmulator(options);
  emulator.blobs.createBucket('acme');
  const server = await serveEmulator(emulator);
  try {
    return await work({
      emulator,
      url: server.url,
      async put(name, rows) {
        await emulator.blobs.write('acme', name, contentOf(rows));
      },
    });
  } finally {
    await server.close();
    await emulator.close();
  }
}

/** Rows with a key and a short prompt each. */
export function promptRows(count: number): { readonly key: string; readonly request: object }[] {
  return Array.from({ length: count }, (_, row) => ({
    key: `row-${row}`,
    request: { contents: [{ role: 'user', parts: [{ text: `Say something about the number ${row}.` }] }] },
  }));
}

async function* contentOf(rows: readonly unknown[]): AsyncGenerator<Buffer> {
  yield Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
