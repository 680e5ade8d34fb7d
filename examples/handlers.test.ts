import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { VertexBatchPlugin } from 'temporal-vertex-batch';
import { VertexBatchClient } from 'temporal-vertex-batch/client';
import { runHandler, startEmulator } from 'temporal-vertex-batch/testing';
import { handlers } from './handlers';

const address = process.env.TEMPORAL_ADDRESS ?? 'localhost:7233';

void test('an empty summary is rejected', async () => {
  const { rejected } = await runHandler(handlers.saveSummary, [
    { key: 'p-1', output: { title: 'Moby Dick', sentences: ['A whale wins.'] } },
    { key: 'p-2', output: { title: 'Ulysses', sentences: [] } },
  ]);
  assert.deepEqual(rejected, [{ key: 'p-2', reason: 'no sentence in it' }]);
});

void test('a run tells what became of each row', async () => {
  const emulator = await startEmulator({
    answer: ({ key }) => (key === 'p-9' ? { blockReason: 'SAFETY' } : { title: `About ${String(key)}`, sentences: [] }),
  });
  await emulator.put(
    'gs://acme/prompts.jsonl',
    ['p-7', 'p-8', 'p-9'].map((key) => ({ key, request: { contents: [{ role: 'user', parts: [{ text: key }] }] } })),
  );
  const taskQueue = `test-${process.pid}`;
  const nativeConnection = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const worker = await Worker.create({
    connection: nativeConnection,
    taskQueue,
    workflowsPath: require.resolve('./workflows'),
    plugins: [new VertexBatchPlugin({ ...emulator.pluginOptions, handlers })],
  });

  const result = await worker.runUntil(async () => {
    const batches = new VertexBatchClient<typeof handlers>(new Client({ connection }), { taskQueue });
    const run = await batches.start({
      project: 'acme',
      location: 'us-central1',
      model: 'gemini-2.5-flash',
      input: 'gs://acme/prompts.jsonl',
      output: 'gs://acme/answers/',
      handler: 'saveSummary',
    });
    return await run.result();
  });

  assert.deepEqual(result.rows, { input: 3, answered: 2, blocked: 1, failed: 0, missing: 0 });
  assert.equal(result.handler.rejected, 2);
  assert.equal(emulator.jobs().length, 1);
  await Promise.all([connection.close(), nativeConnection.close(), emulator.close()]);
});
