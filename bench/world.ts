import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { startTemporalServer, type TemporalServer } from '../src/dev/temporal-server';
import { installRuntime } from '../src/worker';

type WorkerParts = Pick<WorkerOptions, 'activities' | 'plugins'>;

/** One Temporal server and one bundle, ours and the baselines' workflows together, for all benchmarks of a run. */
export class BenchWorld {
  readonly client: Client;
  readonly #server: TemporalServer;
  readonly #connection: Connection;
  readonly #native: NativeConnection;
  readonly #workflowBundle: { readonly code: string };

  private constructor(
    server: TemporalServer,
    connection: Connection,
    native: NativeConnection,
    workflowBundle: { readonly code: string },
  ) {
    this.#server = server;
    this.#connection = connection;
    this.#native = native;
    this.#workflowBundle = workflowBundle;
    this.client = new Client({ connection });
  }

  static async open(): Promise<BenchWorld> {
    installRuntime('ERROR');
    const workflowsPath = require.resolve('./workflows');
    const [server, bundle] = await Promise.all([
      startTemporalServer(),
      bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') }),
    ]);
    const { address } = server;
    return new BenchWorld(
      server,
      await Connection.connect({ address }),
      await NativeConnection.connect({ address }),
      bundle,
    );
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
