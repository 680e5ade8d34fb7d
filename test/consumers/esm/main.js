import { deepStrictEqual, strictEqual } from 'node:assert';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { VertexBatchPlugin } from 'temporal-vertex-batch';
import { VertexBatchClient } from 'temporal-vertex-batch/client';
import { startEmulator } from 'temporal-vertex-batch/testing';
import { cities, handlers } from './handlers.js';

const { TEMPORAL_ADDRESS: address, TASK_QUEUE: taskQueue } = process.env;

const emulator = await startEmulator({
  answer: ({ key }) => (key === 'row-3' ? { city: 'Atlantis' } : { city: `city of ${key}`, people: 1000 }),
});
await emulator.put(
  'gs://acme/in.jsonl',
  Array.from({ length: 20 }, (_, row) => ({
    key: `row-${row}`,
    request: { contents: [{ role: 'user', parts: [{ text: `Name city ${row}` }] }] },
  })),
);

const native = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection: native,
  taskQueue,
  workflowsPath: fileURLToPath(new URL('./workflows.js', import.meta.url)),
  plugins: [new VertexBatchPlugin({ ...emulator.pluginOptions, handlers })],
});
const connection = await Connection.connect({ address });
const batches = new VertexBatchClient(new Client({ connection }), { taskQueue });

const result = await worker.runUntil(async () => {
  const run = await batches.start({
    workflowId: `${taskQueue}-run`,
    project: 'acme',
    location: 'global',
    model: 'gemini-2.5-flash',
    input: 'gs://acme/*.jsonl',
    output: 'gs://acme/out/',
    handler: 'saveCity',
  });
  return await run.result();
});
strictEqual(result.outcome, 'partial');
deepStrictEqual(result.rows, { input: 20, answered: 19, blocked: 0, failed: 1, missing: 0 });
deepStrictEqual(cities.get('row-0'), { city: 'city of row-0', people: 1000 });
strictEqual((await emulator.rows(result.results.uri)).length, 19);

await connection.close();
await native.close();
await emulator.close();
console.log('the batch is done');
