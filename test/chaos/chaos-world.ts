import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { VertexBatchClient } from '../../src/client';
import { startTemporalServer, type TemporalServer } from '../../src/dev/temporal-server';
import type { VertexBatchPluginOptions } from '../../src/plugin';
import type { HandedRow } from '../support/worker-process';
import { EmulatedGoogle } from './emulated-google';
import { FaultyProxy } from './faulty-proxy';
import { ROWS_A_JOB } from './run-kinds';
import type { Service } from './storm-plan';
import { WorkerPair } from './worker-pair';

export const NAMESPACE = 'default';
const TASK_QUEUE = 'chaos';

/** Timers to the millisecond; and a workflow task that died with its worker is given to the other one soon. */
const QUICK_SERVER = ['history.timerProcessorMaxTimeShift="5ms"', 'history.defaultWorkflowTaskTimeout="3s"'].flatMap(
  (setting) => ['--dynamic-config-value', setting],
);

export interface ChaosOptions {
  /** Holds the server's file and what the handlers note. */
  readonly directory: string;
  readonly workflowBundlePath: string;
}

/**
 * What storms share: a Temporal server on a file, two worker processes, and a proxy before each service. The emulator and the
 * client live in our own process, behind the same proxies: nobody kills it, since it counts the books.
 */
export class ChaosWorld {
  readonly google: EmulatedGoogle;
  readonly workers: WorkerPair;
  readonly client: Client;
  readonly batches: VertexBatchClient;
  readonly proxies: Readonly<Record<Service, FaultyProxy>>;
  readonly #options: ChaosOptions;
  readonly #connection: Connection;
  #server: TemporalServer;
  #serverIsBack: Promise<void> = Promise.resolve();

  private constructor(
    options: ChaosOptions,
    google: EmulatedGoogle,
    server: TemporalServer,
    proxies: Readonly<Record<Service, FaultyProxy>>,
    connection: Connection,
  ) {
    this.google = google;
    this.proxies = proxies;
    this.client = new Client({ connection, namespace: NAMESPACE });
    this.batches = new VertexBatchClient(this.client, { taskQueue: TASK_QUEUE });
    this.workers = new WorkerPair({
      address: `127.0.0.1:${proxies.temporal.port}`,
      namespace: NAMESPACE,
      taskQueue: TASK_QUEUE,
      workflowBundlePath: options.workflowBundlePath,
      plugin: pluginOptions(proxies),
      handedPath: handedPathIn(options),
      handlerMs: 20,
    });
    this.#options = options;
    this.#connection = connection;
    this.#server = server;
  }

  static async open(options: ChaosOptions): Promise<ChaosWorld> {
    const google = await EmulatedGoogle.open();
    const server = await startServer(options);
    const proxies = {
      temporal: await FaultyProxy.open(portOf(server)),
      vertex: await FaultyProxy.open(google.port),
      storage: await FaultyProxy.open(google.port),
      bigquery: await FaultyProxy.open(google.port),
    };
    const connection = await Connection.connect({ address: `127.0.0.1:${proxies.temporal.port}` });
    return new ChaosWorld(options, google, server, proxies, connection);
  }

  /** Kills the server and starts it again on the same file and port. */
  killServer(): void {
    this.#serverIsBack = this.#serverIsBack.then(async () => {
      const port = portOf(this.#server);
      await this.#server.kill();
      this.#server = await startServer(this.#options, port);
    });
  }

  /** Waits until every process that was killed is there again. */
  async whole(): Promise<void> {
    await this.#serverIsBack;
    await this.workers.whole();
  }

  /** Rows that the handler was given for a run, in order, by whatever worker. */
  handedTo(workflowId: string): HandedRow[] {
    const path = handedPathIn(this.#options);
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').split('\n');
    const rows = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as HandedRow);
    return rows.filter((row) => row.workflowId === workflowId);
  }

  /** Drains the workers and ends everything; says what didn't end as it should. */
  async close(): Promise<string[]> {
    await this.#serverIsBack;
    const findings = await this.workers.drain();
    await this.#connection.close();
    await Promise.all(Object.values(this.proxies).map((proxy) => proxy.close()));
    await this.#server.stop();
    await this.google.close();
    return findings;
  }
}

function startServer({ directory }: ChaosOptions, port?: number): Promise<TemporalServer> {
  const dbFilename = join(directory, 'temporal.sqlite');
  const options = { reuse: false, dbFilename, extraArgs: QUICK_SERVER, startTimeoutMs: 60_000 };
  return startTemporalServer(port === undefined ? options : { ...options, port });
}

function portOf({ address }: TemporalServer): number {
  return Number(address.split(':')[1]);
}

function handedPathIn({ directory }: ChaosOptions): string {
  return join(directory, 'handed.jsonl');
}

/** As a day's run would have them, with minutes that last milliseconds. */
function pluginOptions(proxies: ChaosWorld['proxies']): Omit<VertexBatchPluginOptions, 'handlers' | 'auth'> {
  return {
    endpoints: {
      api: `http://127.0.0.1:${proxies.vertex.port}`,
      storage: `http://127.0.0.1:${proxies.storage.port}`,
      bigquery: `http://127.0.0.1:${proxies.bigquery.port}`,
    },
    polling: { initial: 50, max: 200 },
    jobLimits: { rows: ROWS_A_JOB },
    timeScale: 0.005,
    timeouts: { submit: '5s', heartbeat: '3s', look: 200, handlerGrace: '1s', attention: 500, handlerAttention: '1s' },
  };
}
