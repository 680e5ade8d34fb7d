import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { startTemporalServer, type TemporalServer } from '../src/dev/temporal-server';

type WorkerParts = Pick<WorkerOptions, 'activities' | 'plugins'>;

export interface BenchBundle {
  readonly code: string;
}

/** Ours and the baselines' workflows together. */
export async function bundleWorkflows(): Promise<BenchBundle> {
  const workflowsPath = require.resolve('./workflows');
  return await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
}

/** A Temporal server and its connections, for one benchmark. */
export class BenchWorld {
  readonly client: Client;
  readonly address: string;
  readonly #server: TemporalServer;
  readonly #connection: Connection;
  readonly #native: NativeConnection;
  readonly #workflowBundle: BenchBundle;

  private constructor(
    server: TemporalServer,
    connection: Connection,
    native: NativeConnection,
    workflowBundle: BenchBundle,
  ) {
    this.#server = server;
    this.#connection = connection;
    this.#native = native;
    this.#workflowBundle = workflowBundle;
    this.client = new Client({ connection });
    this.address = server.address;
  }

  /** Always a server of its own: what else runs on another one would be measured, too. */
  static async open(workflowBundle: BenchBundle, extraArgs: readonly string[] = []): Promise<BenchWorld> {
    const server = await startTemporalServer({ reuse: false, extraArgs });
    try {
      const { address } = server;
      const connection = await Connection.connect({ address });
      return new BenchWorld(server, connection, await NativeConnection.connect({ address }), workflowBundle);
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Runs `work` beside a worker on a task queue of its own. */
  async withWorker<T>(parts: WorkerParts, work: (taskQueue: string) => Promise<T>): Promise<T> {
    const taskQueue = `bench-${randomUUID()}`;
    const worker = await Worker.create({
      connection: this.#native,
      taskQueue,
      workflowBundle: this.#workflowBundle,
      ...parts,
    });
    return await worker.runUntil(() => work(taskQueue));
  }

  async close(): Promise<void> {
    await this.#connection.close();
    await this.#native.close();
    await this.#server.stop();
  }
}
