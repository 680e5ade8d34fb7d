import { hostname } from 'node:os';
import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

// Healthy is a worker of this machine that Temporal has heard of within the last minute.
const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
const connection = await Connection.connect({ ...connectionOptions, connectTimeout: '5s' });
const { pollers } = await connection.workflowService.describeTaskQueue({
  namespace,
  taskQueue: { name: process.env.VERTEX_BATCH_TASK_QUEUE ?? 'vertex-batch' },
});
await connection.close();

const aMinuteAgo = Date.now() / 1000 - 60;
const isOurs = (poller) =>
  poller.identity?.endsWith(`@${hostname()}`) && Number(poller.lastAccessTime?.seconds ?? 0) > aMinuteAgo;
if (!pollers.some(isOurs)) {
  console.error(
    `No worker of ${hostname()} polls: ${pollers.map((poller) => poller.identity).join(', ') || 'nobody does'}`,
  );
  process.exitCode = 1;
}
