import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import {
  createEmulator,
  serveEmulator,
  type Emulator,
  type EmulatorOptions,
  type EmulatorServer,
} from '../../src/emulator';
import { vertexBatch, type CliProcess } from './cli-process';
import { uniqueTaskQueue } from './temporal';

/** The shared Temporal server, an emulator, and the command line and its worker, each command a process of its own. */
export class CliWorld {
  readonly emulator: Emulator;
  /** For files, deleted at the end. */
  readonly directory: string;
  readonly taskQueue = uniqueTaskQueue('cli');
  readonly cli: ReturnType<typeof vertexBatch>;
  readonly #server: EmulatorServer;
  #worker: CliProcess | undefined;

  private constructor(
    emulator: Emulator,
    server: EmulatorServer,
    directory: string,
    environment: Readonly<Record<string, string>>,
  ) {
    this.emulator = emulator;
    this.#server = server;
    this.directory = directory;
    this.cli = vertexBatch({
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      VERTEX_BATCH_EMULATOR: server.url,
      VERTEX_BATCH_TASK_QUEUE: this.taskQueue,
      GOOGLE_CLOUD_PROJECT: 'acme',
      GOOGLE_CLOUD_LOCATION: 'us-central1',
      ...environment,
    });
  }

  /** `environment`: what commands get beside what leads them here; it may name files of the directory. */
  static async open(
    options: EmulatorOptions,
    environment: (directory: string) => Readonly<Record<string, string>> = () => ({}),
  ): Promise<CliWorld> {
    const directory = await mkdtemp(join(tmpdir(), 'cli-test-'));
    const emulator = createEmulator(options);
    emulator.blobs.createBucket('bucket');
    return new CliWorld(emulator, await serveEmulator(emulator), directory, environment(directory));
  }

  async startWorker(): Promise<void> {
    this.#worker = this.cli(['worker']);
    await this.#worker.says('Polling');
  }

  async close(): Promise<void> {
    this.#worker?.interrupt();
    await this.#worker?.ended();
    await this.#server.close();
    await this.emulator.close();
    await rm(this.directory, { recursive: true });
  }
}
