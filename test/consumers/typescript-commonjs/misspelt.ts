import { VertexBatchClient } from 'temporal-vertex-batch/client';
import type { Client } from '@temporalio/client';
import type { handlers } from './handlers.js';

export async function startWithMisspeltHandler(client: Client): Promise<void> {
  const batches = new VertexBatchClient<typeof handlers>(client);
  await batches.start({
    project: 'acme',
    location: 'us-central1',
    model: 'gemini-2.5-flash',
    input: 'gs://acme/in.jsonl',
    output: 'gs://acme/out/',
    handler: 'saveSumary',
  });
}
