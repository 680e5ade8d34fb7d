import { afterAll, describe, expect, it } from 'vitest';
import type { BatchResult } from '../../../src/messages';
import type { Scenario } from '../../../src/emulator/scenario';
import type { VertexBatchPluginOptions } from '../../../src/plugin';
import { BatchWorld, WORKFLOWS_PATH } from '../../support/batch-world';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';

/** A token of output costs a tenth of a cent, and prompts cost nothing. */
const prices = {
  date: '2026-11-01',
  models: { 'gemini-2.5-flash': [{ input: 0, output: 1_000, source: 'a test' }] },
};
const ROWS = 16;
/** With one token of output each, where the emulator gives more, so that answers cost more than was expected. */
const ESTIMATED_USD = ROWS / 1_000;

const rows = Array.from({ length: ROWS }, (_, row) => ({
  key: `p-${row}`,
  request: {
    contents: [{ role: 'user', parts: [{ text: `Say something about ${row}` }] }],
    generationConfig: { maxOutputTokens: 1 },
  },
}));

describe('a run with a budget', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  async function inWorld(
    use: (world: BatchWorld) => Promise<void>,
    { scenario = {}, plugin = {} }: { scenario?: Scenario; plugin?: VertexBatchPluginOptions } = {},
  ): Promise<void> {
    const world = await BatchWorld.create({ emulator: { scenario }, plugin: { prices, ...plugin } });
    try {
      await world.put('gs://acme/in/a.jsonl', rows);
      await use(world);
    } finally {
      await world.close();
    }
  }

  function expectBalanced({ rows: { input, answered, blocked, failed, missing } }: BatchResult): void {
    expect(answered + blocked + failed + missing).toBe(input);
  }

  it.concurrent('is refused before anything is spent, and runs when it is started again with a higher one', async () => {
    await inWorld(async (world) => {
      const refused = await world.start({ maxCostUsd: ESTIMATED_USD - 0.001 });
      await expect(refused.result()).rejects.toMatchObject({
        type: 'BudgetExceeded',
        message: expect.stringContaining('estimated to cost $0.02 (prices of 2026-11-01)') as string,
        result: {
          rows: { input: ROWS, missing: ROWS },
          cost: { usd: 0, estimatedUsd: ESTIMATED_USD, priceTable: '2026-11-01' },
        },
      });
      expect(world.paidJobs()).toHaveLength(0);

      const { workflowId } = refused;
      const result = await (await world.start({ workflowId, maxCostUsd: ESTIMATED_USD })).result();
      expect(result).toMatchObject({ outcome: 'succeeded', cost: { estimatedUsd: ESTIMATED_USD } });
      expect(result.cost?.usd).toBeGreaterThan(ESTIMATED_USD);
    });
  });

  it.concurrent('is refused where the model has no price, naming what gives it one', async () => {
    await inWorld(async (world) => {
      const run = await world.start({ model: 'gemini-unheard-of', maxCostUsd: 40 });
      await expect(run.result()).rejects.toMatchObject({
        type: 'InvalidRequest',
        message: expect.stringMatching(
          /none for publishers\/google\/models\/gemini-unheard-of; .* option prices/,
        ) as string,
      });
      expect(world.paidJobs()).toHaveLength(0);
    });
  });

  it.concurrent('sends no rows again that would cost more, and accounts for them', async () => {
    await inWorld(
      async (world) => {
        const result = await (await world.start({ maxCostUsd: ESTIMATED_USD })).result();
        expect(result).toMatchObject({ outcome: 'partial', jobCount: 1, reason: { type: 'BudgetExceeded' } });
        expect(result.reason?.message).toContain('are spent, and the next job');
        expect(result.rows.failed).toBeGreaterThan(0);
        expectBalanced(result);
        expect(world.paidJobs()).toHaveLength(1);
      },
      { scenario: { rows: [{ outcome: 'resource-exhausted', share: 0.4 }] } },
    );
  });

  it.concurrent('begins no part any more when those before have used it up', async () => {
    await inWorld(
      async (world) => {
        const run = await world.start({ maxCostUsd: ESTIMATED_USD, concurrentJobs: 1 });
        const result = await run.result();
        expect(result).toMatchObject({
          outcome: 'partial',
          reason: { type: 'BudgetExceeded' },
          rows: { answered: 8, missing: 8 },
        });
        expect((await run.status()).cost).toEqual(result.cost);
        expectBalanced(result);
        expect(world.paidJobs()).toHaveLength(1);
      },
      { plugin: { jobLimits: { rows: 8 } } },
    );
  });

  it.concurrent('with a canary, sends not even that where all of it would cost too much', async () => {
    await inWorld(async (world) => {
      const run = await world.start({ canary: 4, maxCostUsd: ESTIMATED_USD - 0.001 });
      await expect(run.result()).rejects.toMatchObject({ type: 'BudgetExceeded', result: { cost: { usd: 0 } } });
      expect(world.paidJobs()).toHaveLength(0);
    });
  });

  it.concurrent('keeps the rest from being sent when a good canary has cost more than was expected', async () => {
    await inWorld(async (world) => {
      const result = await (await world.start({ canary: 4, maxCostUsd: ESTIMATED_USD })).result();
      expect(result).toMatchObject({
        outcome: 'partial',
        reason: { type: 'BudgetExceeded' },
        rows: { input: ROWS, answered: 4, missing: ROWS - 4 },
        jobCount: 1,
      });
      expectBalanced(result);
      expect(await world.readRows(result.deadLetters ?? '')).toHaveLength(ROWS - 4);
      expect(world.paidJobs()).toHaveLength(1);
    });
  });

  it.concurrent('that is large enough lets a canary and the rest through', async () => {
    await inWorld(async (world) => {
      const result = await (await world.start({ canary: 4, maxCostUsd: 1 })).result();
      expect(result).toMatchObject({ outcome: 'succeeded', rows: { answered: ROWS }, jobCount: 2 });
      expect(world.paidJobs()).toHaveLength(2);
    });
  });

  it.concurrent('is no excuse for a canary whose answers are bad', async () => {
    await inWorld(
      async (world) => {
        const run = await world.start({ canary: 4, maxCostUsd: 1, rounds: 0 });
        await expect(run.result()).rejects.toMatchObject({
          type: 'CanaryFailed',
          result: { rows: { input: ROWS, failed: 4, missing: ROWS - 4 }, jobCount: 1 },
        });
        expect(world.paidJobs()).toHaveLength(1);
      },
      { scenario: { rows: [{ outcome: 'bad-request', share: 1 }] } },
    );
  });
});
