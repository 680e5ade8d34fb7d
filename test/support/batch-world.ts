import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import { VertexBatchClient, type StartRequest, type VertexBatchRun } from '../../src/client';
import { createEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator';
import { serveEmulator } from '../../src/emulator/server';
import { VertexBatchPlugin, type VertexBatchPluginOptions } from '../../src/plugin';
import { workflowBundle } from './replay';
import { testEnvironment, uniqueTaskQueue, type TestTemporal } from './temporal';

export { padded, prompt, prompts, ROWS_OF_A_RANGE } from './prompts';

export const WORKFLOWS_PATH = join(__dirname, '../../src/workflows/index.ts');

export interface WorldOptions {
  readonly emulator?: EmulatorOptions;
  readonly plugin?: VertexBatchPluginOptions;
  readonly worker?: Partial<WorkerOptions>;
  /** Another server than the shared one. */
  readonly temporal?: TestTemporal;
  /** Workers at the start. @default 1 */
  readonly workers?: number;
}

/** A bucket, a service, workers and a client, all real but the service, with minutes that last milliseconds. */
export class BatchWorld {
  readonly emulator: Emulator;
  readonly url: string;
  readonly temporal: TestTemporal;
  readonly taskQueue: string;
  readonly client: VertexBatchClient;
  readonly #options: WorldOptions;
  readonly #closeServer: () => Promise<void>;
  readonly #workers = new Set<{ worker: Worker; ended: Promise<void> }>();

  private constructor(
    options: WorldOptions,
    emulator: Emulator,
    server: { url: string; close(): Promise<void> },
    temporal: TestTemporal,
  ) {
    this.#options = options;
    this.emulator = emulator;
    this.url = server.url;
    this.#closeServer = () => server.close();
    this.temporal = temporal;
    this.taskQueue = uniqueTaskQueue('batch');
    this.client = new VertexBatchClient(temporal.client, { taskQueue: this.taskQueue });
    emulator.blobs.createBucket('acme');
  }

  static async create(options: WorldOptions = {}): Promise<BatchWorld> {
    const emulator = createEmulator(options.emulator);
    const server = await serveEmulator(emulator);
    const temporal = options.temporal ?? (await testEnvironment());
    const world = new BatchWorld(options, emulator, server, temporal);
    for (let count = options.workers ?? 1; count > 0; count--) await world.startWorker();
    return world;
  }

  get pluginOptions(): VertexBatchPluginOptions {
    const { timeouts, ...rest } = this.#options.plugin ?? {};
    return {
      endpoints: { api: this.url, storage: this.url, bigquery: this.url },
      polling: { initial: 15, max: 100 },
      timeScale: 0.01,
      ...rest,
      timeouts: {
        submit: '6s',
        heartbeat: '5s',
        look: 100,
        handlerGrace: 300,
        attention: 50,
        handlerAttention: 200,
        ...timeouts,
      },
    };
  }

  async startWorker(options: Partial<WorkerOptions> = {}): Promise<Worker> {
    const worker = await Worker.create({
      connection: this.temporal.nativeConnection,
      namespace: this.temporal.namespace,
      taskQueue: this.taskQueue,
      workflowBundle: await workflowBundle(WORKFLOWS_PATH),
      plugins: [new VertexBatchPlugin(this.pluginOptions)],
      shutdownForceTime: '10s',
      ...this.#options.worker,
      ...options,
    });
    this.#workers.add({ worker, ended: worker.run() });
    return worker;
  }

  async stopWorkers(): Promise<void> {
    for (const { worker } of this.#workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await Promise.all([...this.#workers].map(({ ended }) => ended));
    this.#workers.clear();
  }

  /** Writes rows as JSONL. */
  async put(uri: string, rows: Iterable<unknown>): Promise<void> {
    const [, bucket = '', name = ''] = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
    const content = [...rows].map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join('');
    await this.emulator.blobs.write(bucket, name, once(Buffer.from(content)));
  }

  async read(uri: string): Promise<string> {
    const [, bucket = '', name = ''] = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
    const blob = this.emulator.blobs.get(bucket, name);
    if (blob === undefined) throw new Error(`${uri} doesn't exist`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.emulator.blobs.read(blob)) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  }

  async readRows<Row>(uri: string): Promise<Row[]> {
    const text = await this.read(uri);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  }

  /** All lines of all objects below a prefix, in name order. */
  async readRowsBelow<Row>(prefix: string): Promise<Row[]> {
    const [, bucket = '', name = ''] = /^gs:\/\/([^/]+)\/(.*)$/.exec(prefix) ?? [];
    const rows: Row[] = [];
    for (const blob of this.emulator.blobs.list(bucket, name))
      rows.push(...(await this.readRows<Row>(`gs://${bucket}/${blob.name}`)));
    return rows;
  }

  /** Starts a run over `gs://acme/in/*.jsonl` unless the request says otherwise. */
  async start(request: Partial<StartRequest> = {}): Promise<VertexBatchRun> {
    return await this.client.start(this.request(request));
  }

  request(request: Partial<StartRequest> = {}): StartRequest {
    return {
      workflowId: `run-${randomUUID().slice(0, 8)}`,
      project: 'acme-project',
      location: 'us-central1',
      model: 'gemini-2.5-flash',
      input: 'gs://acme/in/*.jsonl',
      output: 'gs://acme/out/',
      listingLag: 200,
      ...request,
    };
  }

  /** Jobs that cost money: created, whatever became of them. @param run @default whoever created them */
  paidJobs(run?: { readonly workflowId: string }) {
    const jobs = this.emulator.jobs();
    return run === undefined
      ? jobs
      : jobs.filter(({ outputDirectory }) => outputDirectory.includes(`/${run.workflowId}/`));
  }

  async close(): Promise<void> {
    await this.stopWorkers();
    await this.#closeServer();
    await this.emulator.close();
  }
}

async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}
