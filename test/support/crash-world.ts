import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { Scenario } from '../../src/emulator/scenario';
import type { VertexBatchPluginOptions } from '../../src/plugin';
import { BatchWorld } from './batch-world';
import { startPlainProcess, type PlainProcess } from './plain-process';
import type { HandedRow, WorkerProcessSettings } from './worker-process';

export interface CrashOptions {
  readonly scenario?: Scenario;
  readonly plugin?: Omit<VertexBatchPluginOptions, 'handlers' | 'auth'>;
  /** Time that the handler `note` takes for ten rows. @default 0 */
  readonly handlerMs?: number;
}

/** A world whose workers are processes of their own, so that they can be killed as a machine kills them. */
export class CrashWorld {
  readonly world: BatchWorld;
  readonly #directory: string;
  readonly #handlerMs: number;
  readonly #workers: PlainProcess[] = [];

  private constructor(world: BatchWorld, directory: string, handlerMs: number) {
    this.world = world;
    this.#directory = directory;
    this.#handlerMs = handlerMs;
  }

  static async create({ scenario = {}, plugin = {}, handlerMs = 0 }: CrashOptions): Promise<CrashWorld> {
    const world = await BatchWorld.create({ emulator: { scenario }, plugin, workers: 0 });
    return new CrashWorld(world, await mkdtemp(join(tmpdir(), 'vertex-batch-crash-')), handlerMs);
  }

  startWorker(own: Pick<WorkerProcessSettings, 'prometheusPort' | 'clockAheadMs'> = {}): PlainProcess {
    const { world } = this;
    const settings: WorkerProcessSettings = {
      address: world.temporal.address,
      namespace: world.temporal.namespace,
      taskQueue: world.taskQueue,
      workflowBundlePath: inject('workflowBundlePath'),
      plugin: world.pluginOptions,
      handedPath: this.#handedPath,
      handlerMs: this.#handlerMs,
      ...own,
    };
    const script = join(__dirname, 'worker-process.ts');
    const worker = startPlainProcess([process.execPath, '--import', 'tsx', script, JSON.stringify(settings)], {});
    this.#workers.push(worker);
    return worker;
  }

  /** Rows that the handler `note` was given, in order, by whatever worker. */
  handed(): HandedRow[] {
    if (!existsSync(this.#handedPath)) return [];
    const lines = readFileSync(this.#handedPath, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as HandedRow);
  }

  /** Their keys, sorted. */
  handedKeys(): string[] {
    return this.handed()
      .map(({ key }) => key)
      .toSorted();
  }

  /** What the workers wrote to stdout and stderr. */
  output(): string {
    return this.#workers.map((worker) => worker.output()).join('');
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.end('SIGKILL')));
    await this.world.close();
    await rm(this.#directory, { recursive: true });
  }

  get #handedPath(): string {
    return join(this.#directory, 'handed.jsonl');
  }
}

/** Tells a story in a world of its own, and puts the world away. */
export async function inCrashWorld<Told>(
  options: CrashOptions,
  story: (crash: CrashWorld, world: BatchWorld) => Promise<Told>,
): Promise<Told> {
  const crash = await CrashWorld.create(options);
  try {
    return await story(crash, crash.world);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nThe workers wrote: ${crash.output() || 'nothing'}`, { cause: error });
  } finally {
    await crash.close();
  }
}
