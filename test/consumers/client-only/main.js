const { strictEqual, deepStrictEqual } = require('node:assert');
const { existsSync } = require('node:fs');
const { Client, Connection } = require('@temporalio/client');
const { VertexBatchClient, VertexBatchError } = require('temporal-vertex-batch/client');

const { TEMPORAL_ADDRESS: address, TASK_QUEUE: taskQueue } = process.env;

/** Starts, looks at and cancels a run while no worker is alive. */
async function main() {
  const connection = await Connection.connect({ address });
  const batches = new VertexBatchClient(new Client({ connection }), { taskQueue });
  const request = {
    workflowId: `${taskQueue}-run`,
    project: 'acme',
    location: 'us-central1',
    model: 'gemini-2.5-flash',
    input: 'gs://acme/in.jsonl',
    output: 'gs://acme/out/',
  };
  const run = await batches.start(request);
  strictEqual((await run.status()).phase, 'resolving');
  const refused = await batches.start({ ...request, model: 'gemini-2.5-pro' }).catch((error) => error);
  strictEqual(refused instanceof VertexBatchError && refused.type, 'WorkflowIdTaken');
  await new Client({ connection }).workflow.getHandle(run.workflowId).terminate('the test is over');
  await connection.close();

  const loaded = Object.keys(require.cache).filter((file) =>
    /@temporalio.(worker|core-bridge|activity|workflow)|@google-cloud|google-auth-library/.test(file),
  );
  deepStrictEqual(loaded, []);
  for (const absent of ['worker', 'core-bridge']) strictEqual(existsSync(`node_modules/@temporalio/${absent}`), false);
  console.log('no worker was loaded');
}

void main();
