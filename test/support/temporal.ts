import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import {
  DefaultLogger,
  type LogEntry,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { afterAll, inject } from 'vitest';
import { recordStarts } from './started-workflows';

// The SDK warns of each failed activity and workflow, which here are the very subject of the tests.
const shown = new DefaultLogger('ERROR');
const heard = new Set<(entry: LogEntry) => void>();
let isInstalled = false;

/** Installs the runtime of all workers and replays of this file, once. `metricsAddress`: where it shows its metrics. @default nowhere */
export function installTestRuntime(metricsAddress?: string): void {
  if (isInstalled) return;
  isInstalled = true;
  Runtime.install({
    logger: new DefaultLogger('TRACE', (entry) => {
      for (const listener of heard) listener(entry);
      shown.log(entry.level, entry.message, entry.meta);
    }),
    telemetryOptions: {
      logging: { filter: 'ERROR', forward: {} },
      ...(metricsAddress !== undefined && { metrics: { prometheus: { bindAddress: metricsAddress } } }),
    },
  });
}

/** Hears all that workers and workflows of this file log, whatever its level. */
export function hearLogs(listener: (entry: LogEntry) => void): void {
  heard.add(listener);
}

/** The shared server, as a test uses it. */
export interface TestTemporal {
  readonly address: string;
  readonly namespace: string;
  readonly connection: Connection;
  readonly nativeConnection: NativeConnection;
  /** Notes every workflow that it starts, so that `replayStarted` can replay them. */
  readonly client: Client;
}

let opened: Promise<TestTemporal> | undefined;

/** Connects this test file to the shared server, once; the connections are closed when the file is done. */
export function testEnvironment(): Promise<TestTemporal> {
  opened ??= connect(inject('temporalAddress'), process.env['TEMPORAL_NAMESPACE'] ?? 'default');
  return opened;
}

/** Connects to any server, such as one that a test kills and starts again. The caller closes the connections. */
export async function connect(address: string, namespace = 'default'): Promise<TestTemporal> {
  installTestRuntime();
  const connection = await Connection.connect({ address });
  const nativeConnection = await NativeConnection.connect({ address });
  const client = new Client({ connection, namespace, interceptors: { workflow: [recordStarts] } });
  return { address, namespace, connection, nativeConnection, client };
}

afterAll(async () => {
  const temporal = await opened;
  await temporal?.connection.close();
  await temporal?.nativeConnection.close();
});

/** A task queue that no other test polls. */
export function uniqueTaskQueue(name: string): string {
  return `${name}-${randomUUID()}`;
}

/** Runs `work` beside a worker, and drains the worker afterwards. */
export async function withWorker<T>(
  options: Omit<WorkerOptions, 'connection' | 'namespace'>,
  work: (worker: Worker) => Promise<T>,
): Promise<T> {
  const { nativeConnection, namespace } = await testEnvironment();
  const worker = await Worker.create({ connection: nativeConnection, namespace, ...options });
  return worker.runUntil(() => work(worker));
}
