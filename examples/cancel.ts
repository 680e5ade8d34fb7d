import { Client, Connection } from '@temporalio/client';
import { VertexBatchClient } from 'temporal-vertex-batch/client';

async function main(): Promise<void> {
  const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? 'localhost:7233' });
  const batches = new VertexBatchClient(new Client({ connection }));

  const { outcome, rows } = await batches.run('summaries/2026-11-22').cancel({ reason: 'prompt v2 is coming' });
  console.log(outcome, rows);
  await connection.close();
}

void main();
