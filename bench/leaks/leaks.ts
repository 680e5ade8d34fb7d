import { randomUUID } from 'node:crypto';
import { VertexBatchClient, VertexBatchFailedError, type VertexBatchRun } from '../../src/client';
import type { Scenario } from '../../src/emulator';
import type { TemporalBenchmark } from '../benchmark';
import { LOCATION, MODEL, PROJECT, promptRows, withEmulatedService } from '../emulated-service';
import { atMost } from '../report';
import type { Held } from './held';
import { HeldWorker } from './held-worker';

const RUNS = { before: 100, after: 500 };
const AT_A_TIME = 10;
const ROWS = 10;

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

/** Whether a worker that has done many runs holds more than one that has done some. */
export const leaks: TemporalBenchmark = {
  kind: 'temporal',
  name: 'leaks',
  onRequest: true,
  serverArgs: ['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="5ms"'],
  run: (world, say) =>
    withEmulatedService({}, async ({ emulator, url, put }) => {
      await put('in/prompts.jsonl', promptRows(ROWS));
      const taskQueue = `leaks-${randomUUID()}`;
      const batches = new VertexBatchClient(world.client, { taskQueue });
      const worker = new HeldWorker({ address: world.address, taskQueue, url });
      let done = 0;
      const runUntil = async (runs: number): Promise<Held> => {
        while (done < runs) {
          emulator.setScenario(TROUBLE);
          await Promise.all(Array.from({ length: AT_A_TIME }, (_, place) => runOnce(batches, place === 0)));
          done += AT_A_TIME;
          if (done % 50 === 0) say(`${done} of ${RUNS.after} runs`);
        }
        return await worker.held();
      };
      try {
        const before = await runUntil(RUNS.before);
        return reportOf(before, await runUntil(RUNS.after));
      } finally {
        await worker.close();
      }
    }),
};

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

function reportOf(before: Held, after: Held) {
  const counted = (label: string, name: keyof Held, unit: string, more: number) => ({
    label,
    unit,
    ours: after[name],
    baseline: before[name],
    target: atMost(before[name] + more, after[name]),
  });
  return {
    name: 'leaks',
    what: `What one worker process holds after ${RUNS.after} runs of ${ROWS} rows with a handler, ${AT_A_TIME} at a time: one in ten cancelled, lost answers, resets, cut reads and refused rows throughout. Idle for seven seconds, garbage collected.`,
    baseline: `the same process after ${RUNS.before} runs`,
    measurements: [
      counted('heap', 'heapMb', 'MB', 5),
      counted('buffers outside of it', 'externalMb', 'MB', 5),
      { label: 'resident set', unit: 'MB', ours: after.residentMb, baseline: before.residentMb },
      counted('active resources of Node', 'handles', '', 0),
      counted('of them sockets', 'sockets', '', 0),
      counted('of them timers', 'timers', '', 0),
      counted('file descriptors', 'files', '', 0),
      counted('threads', 'threads', '', 0),
    ],
    notes: ['The resident set holds what the allocators keep for later, so it has no target.'],
  };
}
