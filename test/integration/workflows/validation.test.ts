import { afterAll, describe, expect, it } from 'vitest';
import type { ErrorRow, ResultRow } from '../../../src/rows/result-row';
import { BatchWorld, prompt, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';

const badRole = (key: string) => ({ key, request: { contents: [{ role: 'tester', parts: [{ text: 'hi' }] }] } });
const quarantine = { validate: { onError: 'quarantine' } } as const;

describe('a run that validates', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  async function inWorld(use: (world: BatchWorld) => Promise<void>): Promise<void> {
    const world = await BatchWorld.create();
    try {
      await use(world);
    } finally {
      await world.close();
    }
  }

  it.concurrent('takes bad rows out when asked, answers the others, and accounts for each', async () => {
    await inWorld(async (world) => {
      await world.put('gs://acme/in/a.jsonl', [prompt('a'), badRole('b'), '{"key": "c", "request": {', prompt('d')]);
      await world.put('gs://acme/in/b.jsonl', ['', prompt('e'), { key: 'f' }]);
      const run = await world.start(quarantine);
      const result = await run.result();
      expect(result).toMatchObject({
        outcome: 'partial',
        reason: { type: 'RowsUnanswered', message: '3 of 7 rows answered: 4 × INVALID_INPUT' },
        rows: { input: 7, answered: 3, blocked: 0, failed: 4, missing: 0 },
        deadLetters: null,
        jobCount: 1,
      });
      expect(result.validation.errors).toBeGreaterThanOrEqual(4);
      expect((await run.status()).validation).toEqual(result.validation);
      const errors = await world.readRows<ErrorRow>(result.errors!);
      expect(errors.map(({ key, source, round, error }) => [key, source.line, round, error.status])).toEqual([
        ['b', 2, 0, 'INVALID_INPUT'],
        ['0:3', 3, 0, 'INVALID_INPUT'],
        ['1:1', 1, 0, 'INVALID_INPUT'],
        ['f', 3, 0, 'INVALID_INPUT'],
      ]);
      expect(errors[0]!.error).toMatchObject({ code: null, retryable: false });
      const answers = await world.readRowsBelow<ResultRow>(`${result.directory}results/`);
      expect(answers.map(({ key }) => key).toSorted()).toEqual(['a', 'd', 'e']);
    });
  });

  it.concurrent('sends nothing where rows break a rule together, or none is left', async () => {
    await inWorld(async (world) => {
      const typed = (key: string, seed: unknown) => ({
        key,
        request: { ...prompt(key).request, generationConfig: { seed } },
      });
      await world.put('gs://acme/in/a.jsonl', [typed('a', 1), typed('b', '1'), badRole('c')]);
      await expect((await world.start(quarantine)).result()).rejects.toMatchObject({ type: 'InvalidInput' });
      await world.put('gs://acme/in/a.jsonl', [badRole('a'), 'x']);
      await expect((await world.start(quarantine)).result()).rejects.toMatchObject({
        type: 'InvalidInput',
        result: { rows: { input: 2, answered: 0 }, validation: { errors: 2 } },
      });
      expect(world.paidJobs()).toHaveLength(0);
    });
  });

  it.concurrent('takes up what an earlier execution took out, and pays for nothing twice', async () => {
    await inWorld(async (world) => {
      await world.put('gs://acme/in/a.jsonl', [...prompts(4), 'x']);
      const request = { ...quarantine, workflowId: 'validation-adopted', rounds: 0, minAnsweredShare: 1 };
      const first: unknown = await (await world.start(request)).result().catch((error: unknown) => error);
      const second: unknown = await (await world.start(request)).result().catch((error: unknown) => error);
      for (const failed of [first, second]) {
        expect(failed).toMatchObject({
          type: 'RowsUnanswered',
          result: { rows: { input: 5, answered: 4, failed: 1, missing: 0 }, validation: { errors: 1 } },
        });
      }
      expect(world.paidJobs()).toHaveLength(1);
    });
  });

  it.concurrent('mends in its copy what the service would refuse, and says so', async () => {
    await inWorld(async (world) => {
      const rows = [
        `\uFEFF${JSON.stringify(prompt('a'))}`,
        '',
        { key: 'b', request: { ...prompt('b').request, generation_config: { temperature: 1 } } },
        { key: 'c', request: { ...prompt('c').request, generationConfig: { temperature: 1 } } },
        { key: 'd', request: { ...prompt('d').request, tools: [{ google_search: {} }] } },
      ];
      await world.put('gs://acme/in/a.jsonl', rows);
      await expect((await world.start()).result()).rejects.toMatchObject({ type: 'InvalidInput' });
      const repair = ['blank-lines', 'byte-order-mark', 'empty-search', 'spelling'] as const;
      const result = await (await world.start({ validate: { repair } })).result();
      expect(result).toMatchObject({
        outcome: 'succeeded',
        rows: { input: 4, answered: 4 },
        validation: {
          errors: 0,
          repaired: { 'blank-lines': 1, 'byte-order-mark': 1, 'empty-search': 1 },
        },
      });
      expect(result.validation.repaired).toHaveProperty('spelling');
    });
  });
});
