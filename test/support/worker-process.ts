import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { defineHandler } from '../../src/define-handler';
import { VertexBatchPlugin, type VertexBatchPluginOptions } from '../../src/plugin';
import { setClockAhead } from './clock-ahead';

/** What a worker in a process of its own is told, as one JSON argument. */
export interface WorkerProcessSettings {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly workflowBundlePath: string;
  readonly plugin: Omit<VertexBatchPluginOptions, 'handlers' | 'auth'>;
  /** Receives a {@link HandedRow} a line. */
  readonly handedPath: string;
  /** Time that the handler takes for a batch of ten rows. */
  readonly handlerMs: number;
  /** By how much this machine's clock is ahead; behind, where negative. @default 0 */
  readonly clockAheadMs?: number;
  /** Where this worker shows its metrics. @default nowhere */
  readonly prometheusPort?: number;
}

/** A row as the handler `note` was given it. */
export interface HandedRow {
  readonly workflowId: string;
  readonly key: string;
  readonly mayRepeat: boolean;
  readonly pid: number;
}

async function main(settings: WorkerProcessSettings): Promise<void> {
  endWithParent();
  if (settings.clockAheadMs !== undefined) setClockAhead(settings.clockAheadMs);
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: {
      logging: { filter: 'ERROR', forward: {} },
      ...(settings.prometheusPort !== undefined && {
        metrics: { prometheus: { bindAddress: `127.0.0.1:${settings.prometheusPort}` } },
      }),
    },
  });
  const connection = await NativeConnection.connect({ address: settings.address });
  const worker = await Worker.create({
    connection,
    namespace: settings.namespace,
    taskQueue: settings.taskQueue,
    workflowBundle: { codePath: settings.workflowBundlePath },
    plugins: [new VertexBatchPlugin({ ...settings.plugin, handlers: { note: noting(settings) } })],
    ...SHORT_GOODBYES,
  });
  await worker.run();
  await connection.close();
}

/** A killed worker's sticky queue is given up soon, and a drain doesn't wait for the handler's last row. */
const SHORT_GOODBYES = {
  stickyQueueScheduleToStartTimeout: '1s',
  shutdownGraceTime: '100ms',
  shutdownForceTime: '30s',
} satisfies Partial<WorkerOptions>;

function noting({ handedPath, handlerMs }: WorkerProcessSettings) {
  return defineHandler({
    batchSize: 10,
    concurrency: 2,
    async handle(rows, { workflowId, mayRepeat }) {
      const handed = rows.map(({ key }): HandedRow => ({ workflowId, key, mayRepeat, pid: process.pid }));
      appendFileSync(handedPath, handed.map((row) => `${JSON.stringify(row)}\n`).join(''));
      await delay(handlerMs);
    },
  });
}

/** Whoever started us may be killed, too. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, 1_000).unref();
}

void main(JSON.parse(process.argv[2] ?? '') as WorkerProcessSettings);
