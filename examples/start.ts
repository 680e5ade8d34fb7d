import { Client, Connection } from '@temporalio/client';
import { VertexBatchClient, VertexBatchFailedError } from 'temporal-vertex-batch/client';
import type { handlers } from './handlers';

async function main(): Promise<void> {
  const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? 'localhost:7233' });
  const batches = new VertexBatchClient<typeof handlers>(new Client({ connection }), { taskQueue: 'vertex-batch' });

  const run = await batches.start({
    workflowId: 'summaries/2026-11-22',
    project: 'acme',
    location: 'us-central1',
    model: 'gemini-2.5-flash',
    input: 'gs://acme/prompts/2026-11-22/*.jsonl',
    output: 'gs://acme/answers/',
    handler: 'saveSummary', // a name that handlers lacks doesn't compile
    minAnsweredShare: 0.99,
  });

  for await (const { phase, percent } of run.follow()) console.log(phase, percent ?? '');

  try {
    const { outcome, rows, results } = await run.result();
    console.log(outcome, rows, results.uri);
  } catch (error) {
    if (!(error instanceof VertexBatchFailedError)) throw error;
    console.error(error.type, error.message, error.result?.rows);
    process.exitCode = 1;
  }
  await connection.close();
}

void main();
