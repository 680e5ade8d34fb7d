import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from '@temporalio/worker';
import { afterAll, describe, expect, it } from 'vitest';
import { defineHandler, type HandlerContext } from '../../../src/define-handler';
import type { Scenario } from '../../../src/emulator/scenario';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { untilAttention, untilState } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { testEnvironment, uniqueTaskQueue } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

const ROWS = 20;
const HELD: Scenario = { transitions: [{ state: 'JOB_STATE_RUNNING', hold: true }, { state: 'JOB_STATE_SUCCEEDED' }] };
const NOTHING_FITS = {
  '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'nothing fits' }] }) },
} as const;

describe("a handler's own task queue", () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  async function withQueue(
    { handle = () => undefined, schema, scenario = {} }: HandlerOfQueue,
    story: (world: BatchWorld, queue: string) => Promise<void>,
  ): Promise<void> {
    const far = defineHandler({ handle, batchSize: 1, concurrency: 1, ...(schema && { schema }) });
    const world = await BatchWorld.create({
      plugin: { handlers: { far }, timeouts: { handlerQueue: 500 } },
      emulator: { scenario },
    });
    try {
      await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
      await story(world, uniqueTaskQueue('handlers'));
    } finally {
      await world.close();
    }
  }

  it.concurrent('that nobody polls is shown before anything is spent, until somebody does', async () => {
    await withQueue({}, async (world, taskQueue) => {
      const run = await world.start({ handler: { name: 'far', taskQueue } });
      await untilAttention(run, 'HandlerQueueSilent');
      const { attention, phase } = await run.status();
      expect(phase).toBe('resolving');
      expect(attention?.message).toContain(taskQueue);
      await world.startWorker({ taskQueue });
      expect(await run.result()).toMatchObject({ outcome: 'succeeded', handler: { processed: ROWS } });
      expect((await run.status()).attention).toBeNull();
    });
  });

  it.concurrent('that nobody polls lets go of a run that is cancelled', async () => {
    await withQueue({}, async (world, taskQueue) => {
      const run = await world.start({ handler: { name: 'far', taskQueue } });
      await untilAttention(run, 'HandlerQueueSilent');
      expect(await run.cancel()).toMatchObject({ outcome: 'cancelled', rows: { input: 0 } });
      expect(world.paidJobs()).toHaveLength(0);
    });
  });

  it.concurrent('that takes nothing after a cancel leaves the answers to our own, and the result says so', async () => {
    await withQueue({ schema: NOTHING_FITS, scenario: HELD }, async (world, taskQueue) => {
      const worker = await world.startWorker({ taskQueue });
      const run = await world.start({ handler: { name: 'far', taskQueue } });
      await untilState(run, 'JOB_STATE_RUNNING');
      await stopped(worker);
      world.emulator.control(world.paidJobs()[0]?.name ?? '', 'JOB_STATE_SUCCEEDED');
      await untilAttention(run, 'HandlerQueueSilent');
      const result = await run.cancel({ reason: 'enough' });
      expect(result).toMatchObject({
        outcome: 'cancelled',
        rows: { answered: ROWS },
        handler: { processed: 0 },
        reason: { message: expect.stringMatching(/enough.*without the schema of handler far/) as string },
      });
      expect(await world.readRowsBelow(`${result.directory}results/`)).toHaveLength(ROWS);
    });
  });

  it.concurrent('whose workers are gone while rows wait is shown, and no longer once one is back', async () => {
    const seen = new Set<string>();
    let calls = 0;
    // slow enough for a checkpoint, which comes every five seconds, before the last call
    const handle = async (rows: readonly { key: string }[], { signal }: HandlerContext) => {
      calls += 1;
      await (calls === 2 ? untilAborted(signal) : delay(400));
      for (const { key } of rows) seen.add(key);
    };
    await withQueue({ handle }, async (world, taskQueue) => {
      const worker = await world.startWorker({ taskQueue });
      const run = await world.start({ handler: { name: 'far', taskQueue } });
      await waitFor(() => calls >= 2, { what: 'a second call', timeoutMs: 60_000 });
      await stopped(worker);
      await untilAttention(run, 'HandlerQueueSilent');
      await world.startWorker({ taskQueue });
      await waitFor(async () => (await run.status()).attention === null, {
        what: 'the run to show nothing any more',
        timeoutMs: 60_000,
      });
      expect((await run.status()).phase).toBe('processing');
      expect(await run.result()).toMatchObject({ outcome: 'succeeded', handler: { processed: ROWS } });
      expect(seen.size).toBe(ROWS);
    });
  });
});

interface HandlerOfQueue {
  readonly handle?: Parameters<typeof defineHandler>[0]['handle'];
  readonly schema?: typeof NOTHING_FITS;
  readonly scenario?: Scenario;
}

async function stopped(worker: Worker): Promise<void> {
  worker.shutdown();
  await waitFor(() => worker.getState() === 'STOPPED', { what: 'the worker to stop', timeoutMs: 60_000 });
}

async function untilAborted(signal: AbortSignal): Promise<never> {
  return await new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the worker stops')), { once: true });
  });
}
