const { Client, Connection } = require('@temporalio/client');
const { DefaultLogger, NativeConnection, Runtime, Worker } = require('@temporalio/worker');
const { VertexBatchPlugin, defineHandler } = require('temporal-vertex-batch');
const { VertexBatchClient } = require('temporal-vertex-batch/client');
const { runHandler, startEmulator } = require('temporal-vertex-batch/testing');

Runtime.install({ logger: new DefaultLogger('ERROR') });
const { TEMPORAL_ADDRESS: address, TASK_QUEUE: taskQueue } = process.env;

const saved = new Map();
const save = defineHandler({
  handle(rows, context) {
    for (const row of rows) {
      if (row.text === '') context.reject(row, 'nothing in it');
      else saved.set(row.key, row.text);
    }
  },
});

let emulator;
beforeAll(async () => {
  emulator = await startEmulator({ answer: ({ key }) => `hello, ${key}` });
});
afterAll(() => emulator.close());

test('a handler runs without any server', async () => {
  const { rejected } = await runHandler(save, [
    { key: 'full', text: 'words' },
    { key: 'empty', text: '' },
  ]);
  expect(rejected).toEqual([{ key: 'empty', reason: 'nothing in it' }]);
  expect(saved.get('full')).toBe('words');
});

test('a batch runs against the emulator', async () => {
  const prompts = Array.from({ length: 20 }, (_, row) => ({
    key: `row-${row}`,
    request: { contents: [{ role: 'user', parts: [{ text: `Greet guest ${row}` }] }] },
  }));
  await emulator.put('gs://acme/in.jsonl', prompts);
  const native = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowsPath: require.resolve('./workflows'),
    plugins: [new VertexBatchPlugin({ ...emulator.pluginOptions, handlers: { save } })],
  });
  const result = await worker.runUntil(async () => {
    const batches = new VertexBatchClient(new Client({ connection }), { taskQueue });
    const run = await batches.start({
      workflowId: `${taskQueue}-run`,
      project: 'acme',
      location: 'us-central1',
      model: 'gemini-2.5-flash',
      input: 'gs://acme/in.jsonl',
      output: 'gs://acme/out/',
      handler: 'save',
    });
    return await run.result();
  });
  expect(result.rows).toEqual({ input: 20, answered: 20, blocked: 0, failed: 0, missing: 0 });
  expect(saved.get('row-5')).toBe('hello, row-5');
  expect(await emulator.rows(result.results.uri)).toHaveLength(20);
  await connection.close();
  await native.close();
}, 60_000);
