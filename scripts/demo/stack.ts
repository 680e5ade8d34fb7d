import { Client, Connection } from '@temporalio/client';
import { readTemporalTarget, type TemporalTarget } from '../../src/config';
import type { Handlers } from '../../src/define-handler';
import { startTemporalServer } from '../../src/dev/temporal-server';
import { createEmulator, serveEmulator, type Answer, type Scenario } from '../../src/emulator';
import { createBatchWorker, installRuntime } from '../../src/worker';

export interface StackOptions {
  readonly taskQueue: string;
  readonly handlers: Handlers;
  readonly scenario: Scenario;
  readonly answer: Answer;
  readonly bucket: string;
}

/** Everything that a run needs, in this process and its children. */
export interface Stack {
  readonly client: Client;
  readonly temporal: TemporalTarget;
  /** null for a server that ran before us. */
  readonly uiUrl: string | null;
  readonly emulatorUrl: string;
  /** Ends all of it, in the order that lets nothing hang. */
  close(): Promise<void>;
}

/** Starts a Temporal server (or uses that of `TEMPORAL_ADDRESS`), the emulated Vertex AI and a worker. */
export async function startStack({ taskQueue, handlers, scenario, answer, bucket }: StackOptions): Promise<Stack> {
  const endings: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of endings.splice(0).toReversed()) await end();
  };
  try {
    installRuntime();
    const server = await startTemporalServer({ uiPort: 0 });
    endings.push(() => server.stop());
    const emulator = createEmulator({ scenario, answer });
    endings.push(() => emulator.close());
    emulator.blobs.createBucket(bucket);
    const listening = await serveEmulator(emulator);
    endings.push(() => listening.close());
    const { url } = listening;
    const temporal = await readTemporalTarget({ address: server.address });
    const connection = await Connection.connect(temporal.connection);
    endings.push(() => connection.close());
    const worker = await createBatchWorker({
      temporal,
      taskQueue,
      handlers,
      endpoints: { api: url, storage: url, bigquery: url, trustedHosts: [] },
      polling: { initial: '500ms', max: '3s' },
    });
    const drained = worker.run();
    endings.push(async () => {
      worker.drain();
      await drained;
    });
    const client = new Client({ connection, namespace: temporal.namespace });
    return { client, temporal, uiUrl: server.uiUrl ?? null, emulatorUrl: url, close };
  } catch (error) {
    await close();
    throw error;
  }
}
