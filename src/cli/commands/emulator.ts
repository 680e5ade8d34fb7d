import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import {
  createEmulator,
  parseScenario,
  serveEmulator,
  type Emulator,
  type EmulatorServer,
  type Scenario,
} from '../../emulator';
import { action, withCommonOptions, type CommonFlags, type Host } from '../command-line';
import { CommandError, EXIT } from '../exit-code';
import { existingFile } from '../existing-file';
import { port } from '../flag-values';
import { listenForInterrupts } from '../interrupts';

interface EmulatorFlags extends CommonFlags {
  readonly port: number;
  readonly host: string;
  readonly scenario?: string;
  readonly data?: string;
  readonly bucket: readonly string[];
}

export const DEFAULT_BUCKET = 'demo';

export function addEmulator(program: Command, host: Host): void {
  const command = program
    .command('emulator')
    .summary('Vertex AI batch jobs, Cloud Storage and BigQuery on this machine')
    .description(
      'Emulates Vertex AI batch jobs, Cloud Storage and BigQuery tables. Writes one JSON line {"url": …} when it is ready.',
    )
    .option('--port <port>', 'port to listen on, 0 for any free one', port, 0)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--scenario <file>', 'JSON file that says how jobs go and what fails')
    .option('--data <directory>', 'keep objects and tables in this directory (default: in memory)')
    .option('--bucket <name...>', 'buckets that exist from the start', [DEFAULT_BUCKET]);
  withCommonOptions(command, 'vertex-batch emulator --port 8085').action(
    action<EmulatorFlags>(host, async ({ flags }) => {
      const interrupts = listenForInterrupts();
      const emulator = createEmulator({
        scenario: await readScenario(flags.scenario),
        ...(flags.data !== undefined && { storage: { directory: flags.data } }),
      });
      makeBuckets(emulator, flags.bucket);
      const server = await serve(emulator, flags);
      // the line is for programs, whatever --json says
      host.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
      await interrupts.first;
      await server.close();
      await emulator.close();
      interrupts.dispose();
      return EXIT.done;
    }),
  );
}

/** @throws {CommandError} naming the file, and the field at fault */
export async function readScenario(path: string | undefined): Promise<Scenario> {
  if (path === undefined) return {};
  const text = await readFile(existingFile('--scenario', path), 'utf8');
  try {
    return parseScenario(JSON.parse(text));
  } catch (error) {
    throw new CommandError(EXIT.usage, `--scenario ${path}: ${(error as Error).message}`, { cause: error });
  }
}

export function makeBuckets(emulator: Emulator, names: readonly string[]): void {
  for (const name of names) {
    if (!emulator.blobs.hasBucket(name)) emulator.blobs.createBucket(name);
  }
}

async function serve(emulator: Emulator, flags: EmulatorFlags): Promise<EmulatorServer> {
  try {
    return await serveEmulator(emulator, { port: flags.port, host: flags.host });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'somebody listens there already' : message;
    throw new CommandError(EXIT.usage, `--port ${flags.port}: ${reason}. Choose another, or 0 for any free one.`, {
      cause: error,
    });
  }
}
