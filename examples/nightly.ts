import { Client, Connection } from '@temporalio/client';
import { VertexBatchClient } from 'temporal-vertex-batch/client';
import type { handlers } from './handlers';

async function main(): Promise<void> {
  const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? 'localhost:7233' });
  const client = new Client({ connection });
  const batches = new VertexBatchClient<typeof handlers>(client, { taskQueue: 'vertex-batch' });

  await client.schedule.create({
    scheduleId: 'summaries',
    spec: { calendars: [{ hour: 1, minute: 30 }], timezone: 'Europe/Rome' },
    policies: { pauseOnFailure: true },
    action: batches.scheduleAction({
      workflowId: 'summaries', // Temporal adds the scheduled time: each run has an id, and a directory, of its own
      project: 'acme',
      location: 'us-central1',
      model: 'gemini-2.5-flash',
      input: 'gs://acme/prompts/{scheduledDate}/*.jsonl',
      output: 'gs://acme/answers/',
      handler: 'saveSummary',
      timeZone: 'Europe/Rome',
      allowEmptyInput: true,
    }),
  });
  await connection.close();
}

void main();
