import { afterAll, describe, expect, it } from 'vitest';
import { defineHandler, type Handlers } from '../../../src/define-handler';
import type { Scenario } from '../../../src/emulator/scenario';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { untilAttention } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

const KEYS = prompts(20).map((row) => row.key);

describe("a caller's handler", () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  async function withWorld<Value>(
    handlers: Handlers,
    scenario: Scenario,
    use: (world: BatchWorld) => Promise<Value>,
  ): Promise<Value> {
    const world = await BatchWorld.create({ plugin: { handlers }, emulator: { scenario } });
    try {
      await world.put('gs://acme/in/prompts.jsonl', prompts(20));
      return await use(world);
    } finally {
      await world.close();
    }
  }

  it.concurrent('is called again after it threw, the run says so meanwhile, and no answer is lost', async () => {
    const handled = new Set<string>();
    let isDown = true;
    const save = defineHandler({
      batchSize: 5,
      handle(rows) {
        if (isDown) throw new Error('connect ECONNREFUSED 10.0.0.7:5432');
        for (const row of rows) handled.add(row.key);
      },
    });
    const result = await withWorld({ save }, {}, async (world) => {
      const run = await world.start({ handler: 'save' });
      await untilAttention(run, 'HandlerFailing');
      const { attention } = await run.status();
      expect(attention?.message).toContain('ECONNREFUSED');
      isDown = false;
      const done = await run.result();
      expect((await run.status()).attention).toBeNull();
      return done;
    });
    expect(result).toMatchObject({ outcome: 'succeeded', handler: { processed: 20, rejected: 0 } });
    expect([...handled].toSorted()).toEqual(KEYS.toSorted());
  });

  it.concurrent('gives single rows up with a reason, which are listed and counted apart', async () => {
    const picky = defineHandler({
      handle(rows, context) {
        for (const row of rows) if (row.key.endsWith('7')) context.reject(row, 'sevens are odd');
      },
    });
    await withWorld({ picky }, {}, async (world) => {
      const result = await (await world.start({ handler: 'picky' })).result();
      expect(result).toMatchObject({
        outcome: 'succeeded',
        rows: { answered: 20 },
        handler: { processed: 18, rejected: 2 },
      });
      const rejected = await world.readRows<{ key: string }>(result.rejected ?? 'none');
      expect(rejected.map((row) => row.key).toSorted()).toEqual(['p-17', 'p-7']);
    });
  });

  it.concurrent('is asked for before anything is spent, and named when no worker has it', async () => {
    await withWorld({ saveSummary: defineHandler({ handle: () => undefined }) }, {}, async (world) => {
      const run = await world.start({ handler: 'saveSumary' });
      await expect(run.result()).rejects.toMatchObject({
        type: 'HandlerUnknown',
        message: expect.stringContaining('it has saveSummary') as string,
      });
      expect(world.paidJobs()).toHaveLength(0);
    });
  });

  it.concurrent('runs on a task queue of its own where the request says so', async () => {
    const seen: string[] = [];
    const far = defineHandler({ handle: (rows) => void seen.push(...rows.map((row) => row.key)) });
    await withWorld({ far }, {}, async (world) => {
      const other = await BatchWorld.create({ workers: 0 });
      await world.startWorker({ taskQueue: other.taskQueue });
      const result = await (await world.start({ handler: { name: 'far', taskQueue: other.taskQueue } })).result();
      expect(result.handler.processed).toBe(20);
      expect(seen.toSorted()).toEqual(KEYS.toSorted());
      await other.close();
    });
  });

  it.concurrent('sees no row after a cancel, and the run closes as cancelled with its answers kept', async () => {
    let calls = 0;
    const slow = defineHandler({
      batchSize: 1,
      concurrency: 1,
      async handle(_, context) {
        calls += 1;
        await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve(), { once: true }));
      },
    });
    await withWorld({ slow }, {}, async (world) => {
      const run = await world.start({ handler: 'slow' });
      await waitFor(() => calls > 0, { what: 'the handler to be called', timeoutMs: 20_000 });
      const result = await run.cancel({ reason: 'enough' });
      expect(result).toMatchObject({ outcome: 'cancelled', rows: { answered: 20 } });
      expect(result.handler.processed).toBeLessThan(20);
      expect(await world.readRowsBelow(`${result.directory}results/`)).toHaveLength(20);
    });
  });

  it.concurrent('gets typed rows of its schema; an answer that does not fit is a failed row, sent once more', async () => {
    const outputs: unknown[] = [];
    const typed = defineHandler<{ word: string }>({
      schema: {
        '~standard': {
          version: 1,
          vendor: 'test',
          validate: (value) =>
            typeof value === 'object' && value !== null && 'word' in value
              ? { value: { word: String(value.word) } }
              : { issues: [{ message: 'word is missing' }] },
        },
      },
      handle: (rows) => void outputs.push(...rows.map((row) => row.output.word)),
    });
    const world = await BatchWorld.create({
      plugin: { handlers: { typed } },
      emulator: { answer: (row) => (row.key === 'p-3' ? 'not JSON at all' : { word: `w-${String(row.key)}` }) },
    });
    try {
      await world.put('gs://acme/in/prompts.jsonl', prompts(20));
      const result = await (await world.start({ handler: 'typed' })).result();
      expect(result).toMatchObject({
        outcome: 'partial',
        rows: { answered: 19, failed: 1 },
        jobCount: 2,
        reason: { type: 'RowsUnanswered' },
      });
      expect(outputs).toHaveLength(19);
      const [error] = await world.readRows<{ key: string; error: { status: string } }>(result.errors ?? 'none');
      expect(error).toMatchObject({ key: 'p-3', error: { status: 'OUTPUT_MISMATCH' }, round: 2 });
      const [letter] = await world.readRows<{ key: string }>(result.deadLetters ?? 'none');
      expect(letter).toEqual(prompts(20)[3]);
    } finally {
      await world.close();
    }
  });
});
