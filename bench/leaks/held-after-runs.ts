import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { VertexBatchClient, VertexBatchFailedError, type VertexBatchRun } from '../../src/client';
import type { Scenario } from '../../src/emulator';
import { LOCATION, MODEL, PROJECT, promptRows, withEmulatedService } from '../emulated-service';
import type { Held } from './held';
import { HeldWorker } from './held-worker';

export const AT_A_TIME = 10;
export const ROWS = 10;

/** Each batch of runs meets some of everything that goes wrong and passes. */
const TROUBLE: Scenario = {
  rows: [{ outcome: 'resource-exhausted', share: 0.3, firstJobs: 1 }],
  faults: [
    { call: 'create', fault: { kind: 'lost-answer' } },
    { call: 'get', times: 3, fault: { kind: 'status', status: 503 } },
    { call: 'get', skip: 5, fault: { kind: 'reset' } },
    { call: 'storage.read', times: 2, fault: { kind: 'truncate', afterBytes: 100 } },
    { call: 'storage.read', skip: 7, fault: { kind: 'reset' } },
    { call: 'storage.write', times: 2, fault: { kind: 'lost-answer' } },
    { call: 'storage.list', fault: { kind: 'html' } },
  ],
};

/** What one worker process holds, idle, after each of these numbers of runs, which are multiples of {@link AT_A_TIME}. */
export async function heldAfterRuns(
  { client, address }: { readonly client: Client; readonly address: string },
  counts: readonly number[],
  say: (line: string) => void,
): Promise<Held[]> {
  return await withEmulatedService({}, async ({ emulator, url, put }) => {
    await put('in/prompts.jsonl', promptRows(ROWS));
    const taskQueue = `leaks-${randomUUID()}`;
    const batches = new VertexBatchClient(client, { taskQueue });
    const worker = new HeldWorker({ address, taskQueue, url });
    const held: Held[] = [];
    let done = 0;
    try {
      for (const runs of counts) {
        while (done < runs) {
          emulator.setScenario(TROUBLE);
          await Promise.all(Array.from({ length: AT_A_TIME }, (_, place) => runOnce(batches, place === 0)));
          done += AT_A_TIME;
          if (done % 50 === 0) say(`${done} runs`);
        }
        held.push(await worker.held());
      }
      return held;
    } finally {
      await worker.close();
    }
  });
}

async function runOnce(batches: VertexBatchClient, isCancelled: boolean): Promise<void> {
  const run = await batches.start({
    workflowId: `leaks-${randomUUID()}`,
    project: PROJECT,
    location: LOCATION,
    model: MODEL,
    input: 'gs://acme/in/prompts.jsonl',
    output: 'gs://acme/out/',
    handler: 'note',
    listingLag: 200,
  });
  if (isCancelled) await run.cancel();
  await ended(run);
}

/** A run that was cancelled before it had an answer has failed, which is right. */
async function ended(run: VertexBatchRun): Promise<void> {
  try {
    await run.result();
  } catch (error) {
    if (!(error instanceof VertexBatchFailedError)) throw error;
  }
}
