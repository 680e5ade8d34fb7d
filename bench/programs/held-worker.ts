import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { defineHandler } from '../../src/define-handler';
import { VertexBatchPlugin } from '../../src/plugin';
import type { Held, HeldWorkerSettings } from '../leaks/held';

/** Idle connections are closed by the other side after five seconds. */
const IDLE_MS = 7_000;

/** A worker that says what it holds whenever it is asked, with nothing to do; it ends with its parent's channel. */
async function main(settings: HeldWorkerSettings): Promise<void> {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
    shutdownSignals: [],
  });
  const { address, taskQueue, url } = settings;
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowsPath: require.resolve('../../src/workflows'),
    plugins: [
      new VertexBatchPlugin({
        endpoints: { api: url, storage: url, bigquery: url },
        polling: { initial: 50, max: 200 },
        timeouts: { look: 100 },
        timeScale: 0.01,
        handlers: { note: defineHandler({ handle: () => undefined }) },
      }),
    ],
  });
  process.on('message', () => void whatIsHeld().then((held) => process.send?.(held)));
  process.once('disconnect', () => worker.shutdown());
  await worker.run();
  await connection.close();
}

async function whatIsHeld(): Promise<Held> {
  await pause(IDLE_MS);
  for (let turn = 0; turn < 3; turn += 1) {
    globalThis.gc?.();
    await pause(100);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  const count = (name: RegExp) => resources.filter((resource) => name.test(resource)).length;
  return {
    heapMb: heapUsed / 1e6,
    externalMb: external / 1e6,
    residentMb: rss / 1e6,
    handles: resources.length,
    sockets: count(/^(TCP|TLS|Pipe)/),
    timers: count(/^(Timeout|Immediate)/),
    files: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
  };
}

void main(JSON.parse(process.argv[2] ?? '') as HeldWorkerSettings);
