const { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } = require('@temporalio/worker');
const { VertexBatchPlugin } = require('temporal-vertex-batch');

/** Starts a worker on each workflows file, bundled on the spot and beforehand, and prints how each start ended. */
async function main(workflowFiles) {
  const connection = await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS });
  const endpoints = { api: 'http://127.0.0.1:1', storage: 'http://127.0.0.1:1' };
  const outcomes = [];
  for (const workflowsPath of workflowFiles) {
    const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
    for (const workflows of [{ workflowsPath }, { workflowBundle }]) {
      const outcome = await start({ connection, taskQueue: 'never-run', ...workflows }, endpoints);
      outcomes.push({ file: workflowsPath, from: Object.keys(workflows)[0], outcome });
    }
  }
  await connection.close();
  console.log(JSON.stringify(outcomes));
}

async function start(options, endpoints) {
  try {
    const worker = await Worker.create({ ...options, plugins: [new VertexBatchPlugin({ endpoints })] });
    await worker.runUntil(Promise.resolve());
    return 'started';
  } catch (error) {
    return error.message;
  }
}

void main(process.argv.slice(2));
