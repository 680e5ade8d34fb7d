const { strictEqual } = require('node:assert');
const { Client, Connection } = require('@temporalio/client');
const { NativeConnection, Worker } = require('@temporalio/worker');
const { VertexBatchPlugin, defineHandler } = require('temporal-vertex-batch');
const { VertexBatchClient } = require('temporal-vertex-batch/client');
const { startEmulator } = require('temporal-vertex-batch/testing');

const { TEMPORAL_ADDRESS: address, TASK_QUEUE: taskQueue } = process.env;

async function main() {
  const emulator = await startEmulator({ answer: ({ key }) => `hello, ${key}` });
  const prompts = Array.from({ length: 20 }, (_, row) => ({
    key: `row-${row}`,
    request: { contents: [{ role: 'user', parts: [{ text: `Greet guest ${row}` }] }] },
  }));
  await emulator.put('gs://acme/in.jsonl', prompts);
  const greetings = new Map();
  const handlers = {
    greet: defineHandler({ handle: (rows) => rows.forEach((row) => greetings.set(row.key, row.text)) }),
  };

  const native = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowsPath: require.resolve('./workflows'),
    plugins: [new VertexBatchPlugin({ ...emulator.pluginOptions, handlers })],
  });
  const connection = await Connection.connect({ address });
  const batches = new VertexBatchClient(new Client({ connection }), { taskQueue });
  const request = {
    workflowId: `${taskQueue}-run`,
    project: 'acme',
    location: 'us-central1',
    model: 'gemini-2.5-flash',
    input: 'gs://acme/in.jsonl',
    output: 'gs://acme/out/',
    handler: 'greet',
  };
  await worker.runUntil(async () => {
    const first = await (await batches.start(request)).result();
    const again = await (await batches.start(request)).result();
    strictEqual(first.rows.answered, 20);
    strictEqual(again.manifest, first.manifest);
  });
  strictEqual(greetings.get('row-19'), 'hello, row-19');
  strictEqual(emulator.jobs().length, 1);

  await connection.close();
  await native.close();
  await emulator.close();
  console.log('the batch is done');
}

void main();
