const { Client, Connection } = require('@temporalio/client');
const { historyToJSON } = require('@temporalio/common/lib/proto-utils');
const { Worker } = require('@temporalio/worker');

/** Replays a run's history as it comes from a file, as users' own tests do. */
async function main(workflowId) {
  const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS });
  const history = await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory();
  const read = JSON.parse(historyToJSON(history));
  await Worker.runReplayHistory({ workflowsPath: require.resolve('./workflows') }, read, workflowId);
  await connection.close();
  console.log('the history replays');
}

void main(process.argv[2]);
