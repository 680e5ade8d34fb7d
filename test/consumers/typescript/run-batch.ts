import { strictEqual, deepStrictEqual } from 'node:assert';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { VertexBatchPlugin, type BatchResult } from 'temporal-vertex-batch';
import { VertexBatchClient } from 'temporal-vertex-batch/client';
import { startEmulator } from 'temporal-vertex-batch/testing';
import { handlers, saved } from './handlers.js';
import type { summarizeAll } from './parent.js';

/** Runs one batch from application code and one from a workflow of ours. */
export async function runBatch(workflowsPath: string): Promise<void> {
  const address = process.env['TEMPORAL_ADDRESS'] ?? 'localhost:7233';
  const taskQueue = process.env['TASK_QUEUE'] ?? 'vertex-batch';
  const emulator = await startEmulator({ answer: (row) => ({ title: `about ${String(row.key)}`, words: 3 }) });
  const rows = Array.from({ length: 20 }, (_, row) => ({
    key: `row-${row}`,
    request: { contents: [{ role: 'user', parts: [{ text: `Summarize chapter ${row}` }] }] },
  }));
  await emulator.put('gs://acme/in.jsonl', rows);

  const native = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowsPath,
    plugins: [new VertexBatchPlugin({ ...emulator.pluginOptions, handlers })],
  });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const batches = new VertexBatchClient<typeof handlers>(client, { taskQueue });
  const request = {
    project: 'acme',
    location: 'us-central1',
    model: 'gemini-2.5-flash',
    input: 'gs://acme/in.jsonl',
    output: 'gs://acme/out/',
  };

  await worker.runUntil(async () => {
    const run = await batches.start({ ...request, workflowId: `${taskQueue}-run`, handler: 'saveSummary' });
    const result: BatchResult = await run.result();
    strictEqual(result.outcome, 'succeeded');
    deepStrictEqual(result.rows, { input: 20, answered: 20, blocked: 0, failed: 0, missing: 0 });
    deepStrictEqual(saved.get('row-7'), { title: 'about row-7', words: 3 });
    strictEqual(saved.size, 20);

    const answered = await client.workflow.execute<typeof summarizeAll>('summarizeAll', {
      workflowId: `${taskQueue}-parent`,
      taskQueue,
      args: [`${taskQueue}-child`, request],
    });
    strictEqual(answered, 20);
  });
  strictEqual(emulator.jobs().length, 2);

  await connection.close();
  await native.close();
  await emulator.close();
}
