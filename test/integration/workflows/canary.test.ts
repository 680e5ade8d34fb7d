import { afterAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/emulator/scenario';
import { VertexBatchFailedError, type VertexBatchRun } from '../../../src/client';
import type { BatchResult } from '../../../src/messages';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { untilState } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';

const REFUSES_ROWS: Scenario = { rows: [{ outcome: 'bad-request', share: 1 }] };

async function inWorld(scenario: Scenario, use: (world: BatchWorld) => Promise<void>): Promise<void> {
  const world = await BatchWorld.create({ emulator: { scenario } });
  try {
    await world.put('gs://acme/in/prompts.jsonl', prompts(10));
    await use(world);
  } finally {
    await world.close();
  }
}

async function failureOf(run: VertexBatchRun): Promise<BatchResult | undefined> {
  try {
    return await run.result();
  } catch (error) {
    if (error instanceof VertexBatchFailedError) return error.result;
    throw error;
  }
}

describe('a run with a canary', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it.concurrent('sends the rest when its answers are good, and adds both up', async () => {
    await inWorld({}, async (world) => {
      const result = await (await world.start({ canary: 3 })).result();
      expect(result).toMatchObject({ outcome: 'succeeded', rows: { input: 10, answered: 10 }, jobCount: 2 });
      const [ahead, rest] = world.paidJobs();
      expect(Date.parse(String(rest?.createTime))).toBeGreaterThan(Date.parse(String(ahead?.endTime)));
    });
  });

  it.concurrent('sends nothing more when they are not, says so and accounts for every row', async () => {
    await inWorld(REFUSES_ROWS, async (world) => {
      const run = await world.start({ canary: 3, rounds: 0 });
      const result = await failureOf(run);
      expect(result).toMatchObject({
        outcome: 'failed',
        reason: { type: 'CanaryFailed' },
        rows: { input: 10, answered: 0, failed: 3, missing: 7 },
        jobCount: 1,
      });
      expect(await world.readRows(result?.deadLetters ?? '')).toHaveLength(10);
      expect(world.paidJobs()).toHaveLength(1);
    });
  });

  it.concurrent('that failed is judged anew by a new execution, and not paid again', async () => {
    await inWorld(REFUSES_ROWS, async (world) => {
      const run = await world.start({ canary: 3, rounds: 0 });
      expect((await failureOf(run))?.reason?.type).toBe('CanaryFailed');
      world.emulator.setScenario({});
      const again = { workflowId: run.workflowId, canary: 3, rounds: 0 };
      expect((await failureOf(await world.start({ ...again, minAnsweredShare: 0.7 })))?.reason?.type).toBe(
        'CanaryFailed',
      );
      expect(world.paidJobs()).toHaveLength(1);
      const lenient = await (await world.start({ ...again, minAnsweredShare: 0 })).result();
      expect(lenient).toMatchObject({ outcome: 'partial', rows: { input: 10, answered: 7, failed: 3 } });
      expect(world.paidJobs()).toHaveLength(2);
    });
  });

  it.concurrent('is judged after its rounds', async () => {
    const scenario: Scenario = { rows: [{ outcome: 'resource-exhausted', share: 1, firstJobs: 1 }] };
    await inWorld(scenario, async (world) => {
      const result = await (await world.start({ canary: 3, rounds: 1 })).result();
      expect(result).toMatchObject({ outcome: 'succeeded', rows: { input: 10, answered: 10 }, jobCount: 3 });
    });
  });

  it.concurrent('cancelled ends as cancelled, with the rest missing', async () => {
    await inWorld({ durations: { JOB_STATE_RUNNING: 60_000 } }, async (world) => {
      const run = await world.start({ canary: 3 });
      await untilState(run, 'JOB_STATE_RUNNING');
      const result = await run.cancel();
      expect(result).toMatchObject({ outcome: 'cancelled', reason: { type: 'CancelRequested' }, rows: { input: 10 } });
      expect(world.paidJobs()).toHaveLength(1);
    });
  });
});
