import { Client, Connection } from '@temporalio/client';
import { VertexBatchClient } from '../client';
import type { TemporalTarget } from '../config';
import { CommandError, EXIT } from './exit-code';
import { recentPollers } from './recent-pollers';

/** A connection to Temporal for the time of one command. */
export interface TemporalSession {
  readonly target: TemporalTarget;
  readonly client: Client;
  readonly batches: VertexBatchClient;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT = '5s';

/** @throws {CommandError} with the remedies when the server isn't reached */
export async function openSession(target: TemporalTarget, taskQueue: string): Promise<TemporalSession> {
  const connection = await Connection.connect({ ...target.connection, connectTimeout: CONNECT_TIMEOUT }).catch(
    (error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandError(
        EXIT.noAnswer,
        `Temporal at ${target.address} can't be reached: ${reason}. Start one with "vertex-batch dev", or name another with --address or TEMPORAL_ADDRESS.`,
        { cause: error },
      );
    },
  );
  const client = new Client({ connection, namespace: target.namespace });
  return {
    target,
    client,
    batches: new VertexBatchClient(client, { taskQueue }),
    close: () => connection.close(),
  };
}

/** Temporal's `TaskQueueType`. */
const QUEUE_TYPES = { workflows: 1, activities: 2 } as const;

type QueueKind = keyof typeof QUEUE_TYPES;

/** Whether some worker has asked for work of this task queue lately; a worker of handlers alone asks for activities only. */
export async function isPolled(
  session: TemporalSession,
  taskQueue: string,
  kind: QueueKind = 'workflows',
): Promise<boolean> {
  return (await pollersOf(session, taskQueue, kind)).length > 0;
}

/** Identities of the workers that have asked for work of this task queue lately. */
export async function pollersOf(
  { client, target }: TemporalSession,
  taskQueue: string,
  kind: QueueKind,
): Promise<string[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: target.namespace,
    taskQueue: { name: taskQueue },
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum's package isn't a dependency of ours
    taskQueueType: QUEUE_TYPES[kind],
  });
  const seen = pollers.map(({ identity, lastAccessTime }) => ({
    identity: identity ?? '',
    lastAccessMs: Number(lastAccessTime?.seconds ?? 0) * 1000,
  }));
  return recentPollers(seen, Date.now());
}

/** Page of a run in the Temporal UI; null where nobody knows the UI's address. */
export function runPage(target: TemporalTarget, uiUrl: string | null, workflowId: string): string | null {
  const base =
    uiUrl ?? (/\.(tmprl\.cloud|api\.temporal\.io)(:\d+)?$/.test(target.address) ? 'https://cloud.temporal.io' : null);
  if (base === null) return null;
  return `${base}/namespaces/${encodeURIComponent(target.namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
