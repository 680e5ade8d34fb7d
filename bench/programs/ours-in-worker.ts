import { randomUUID } from 'node:crypto';
import { argv } from 'node:process';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { VertexBatchClient, VertexBatchFailedError, type BatchResult } from '../../src/client';
import { VertexBatchPlugin } from '../../src/plugin';
import { installRuntime } from '../../src/worker';
import type { Verdict } from '../contest/measured';
import { printMeasured } from './measured';

/** Less than any prompt costs: a run ends once its input is validated and its price is known. */
const NEXT_TO_NOTHING_USD = 1e-6;

/** A worker with one run, whose whole input it validates, against services at this address. */
async function validateInWorker(address: string, codePath: string, url: string, uri: string): Promise<void> {
  installRuntime('ERROR');
  const taskQueue = `bench-${randomUUID()}`;
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection: await Connection.connect({ address }) });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath },
    plugins: [new VertexBatchPlugin({ endpoints: { api: url, storage: url, bigquery: url } })],
  });
  const validated = () => verdictOfRun(new VertexBatchClient(client, { taskQueue }), uri);
  await worker.runUntil(() => printMeasured(validated));
  await client.connection.close();
  await connection.close();
}

async function verdictOfRun(batches: VertexBatchClient, uri: string): Promise<Verdict> {
  const run = await batches.start({
    workflowId: `bench-${randomUUID()}`,
    project: 'acme-project',
    location: 'us-central1',
    model: 'gemini-2.5-flash',
    input: uri,
    output: 'gs://acme/out/',
    maxCostUsd: NEXT_TO_NOTHING_USD,
  });
  const { rows, validation } = await refusedResult(run.result());
  return { rows: rows.input, errors: validation.errors };
}

async function refusedResult(result: Promise<BatchResult>): Promise<BatchResult> {
  try {
    await result;
  } catch (error) {
    if (error instanceof VertexBatchFailedError && error.type === 'BudgetExceeded' && error.result) return error.result;
    throw error;
  }
  throw new Error('The run ended without having asked what it may cost');
}

const [address = '', codePath = '', url = '', uri = ''] = argv.slice(2);
void validateInWorker(address, codePath, url, uri);
