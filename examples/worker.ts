import { NativeConnection, Worker } from '@temporalio/worker';
import { VertexBatchPlugin } from 'temporal-vertex-batch';
import { handlers } from './handlers';

async function main(): Promise<void> {
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS ?? 'localhost:7233' }),
    taskQueue: 'vertex-batch',
    workflowsPath: require.resolve('./workflows'),
    plugins: [new VertexBatchPlugin({ handlers })],
  });
  await worker.run();
}

void main();
