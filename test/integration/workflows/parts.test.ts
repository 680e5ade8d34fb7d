import { afterAll, describe, expect, it } from 'vitest';
import { defineHandler } from '../../../src/define-handler';
import type { Scenario } from '../../../src/emulator/scenario';
import { BatchWorld, prompts, WORKFLOWS_PATH, type WorldOptions } from '../../support/batch-world';
import { booksOf, exactBooks, keysOf } from '../../support/exact-books';
import { untilAttention, untilJobs } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';

const ROWS = 30;
const PARTS = 3;
const HELD: Scenario = { transitions: [{ state: 'JOB_STATE_RUNNING', hold: true }, { state: 'JOB_STATE_SUCCEEDED' }] };

describe('a run of several jobs', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  async function inWorld(
    scenario: Scenario,
    plugin: NonNullable<WorldOptions['plugin']>,
    use: (world: BatchWorld) => Promise<void>,
  ): Promise<void> {
    const jobLimits = { rows: ROWS / PARTS };
    const world = await BatchWorld.create({ emulator: { scenario }, plugin: { ...plugin, jobLimits } });
    try {
      await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
      await use(world);
    } finally {
      await world.close();
    }
  }

  it.concurrent('that was terminated goes on with all of them in a new execution, and creates what was not', async () => {
    const handed: string[] = [];
    const save = defineHandler({ handle: (rows) => void handed.push(...rows.map(({ key }) => key)) });
    await inWorld(HELD, { handlers: { save } }, async (world) => {
      const request = { workflowId: `parts-${world.taskQueue}`, concurrentJobs: 2, handler: 'save' };
      await untilJobs(await world.start(request), 2);
      await world.temporal.client.workflow.getHandle(request.workflowId).terminate('by mistake');
      const left = world.paidJobs().map(({ name }) => name);
      expect(left).toHaveLength(2);

      world.emulator.setScenario({});
      const again = await world.start(request);
      await untilJobs(again, 2);
      for (const name of left) world.emulator.control(name, 'JOB_STATE_SUCCEEDED');
      expect(await booksOf(world, await again.result())).toEqual({ ...exactBooks(ROWS), paidJobs: PARTS });
      expect(handed.toSorted()).toEqual(keysOf(ROWS));
    });
  });

  it.concurrent('that was terminated among its handler calls hands none out again that were done', async () => {
    const handed: { key: string; mayRepeat: boolean }[] = [];
    let isBroken = true;
    const save = defineHandler({
      batchSize: 5,
      concurrency: 1,
      handle(rows, { mayRepeat }) {
        if (isBroken && handed.length >= 15) throw new Error('the disk is full');
        handed.push(...rows.map(({ key }) => ({ key, mayRepeat })));
      },
    });
    await inWorld({}, { handlers: { save } }, async (world) => {
      const request = { workflowId: `parts-${world.taskQueue}`, concurrentJobs: 1, handler: 'save' };
      await untilAttention(await world.start(request), 'HandlerFailing');
      await world.temporal.client.workflow.getHandle(request.workflowId).terminate('by mistake');
      isBroken = false;
      const again = await (await world.start(request)).result();
      expect(again).toMatchObject({ outcome: 'succeeded', handler: { processed: ROWS, rejected: 0 } });
      expect(handed.map(({ key }) => key).toSorted()).toEqual(keysOf(ROWS));
      expect(world.paidJobs()).toHaveLength(PARTS);
    });
  });

  it.concurrent.each([
    ['a token', 401],
    ['a right', 403],
  ])('that has one of them waits for %s that the create of another lacks', async (_, status) => {
    const refused: Scenario = { faults: [{ call: 'create', skip: 1, times: 4, fault: { kind: 'status', status } }] };
    await inWorld(refused, { timeScale: 0.0001 }, async (world) => {
      const run = await world.start({ concurrentJobs: PARTS });
      expect(await booksOf(world, await run.result())).toEqual({ ...exactBooks(ROWS), paidJobs: PARTS });
    });
  });

  it.concurrent('leaves no claim open that it lacked the right to take', async () => {
    const refused: Scenario = {
      faults: [{ call: 'storage.write', path: '-p2-r1-a1', times: 1, fault: { kind: 'status', status: 403 } }],
    };
    await inWorld(refused, { timeScale: 0.0001 }, async (world) => {
      const run = await world.start({ concurrentJobs: 1 });
      expect(await booksOf(world, await run.result())).toEqual({ ...exactBooks(ROWS), paidJobs: PARTS });
      const claims = world.paidJobs().map(({ displayName }) => /-p\d+-r\d+-a\d+$/.exec(displayName)?.[0] ?? '');
      expect(claims.toSorted()).toEqual(['-p1-r1-a1', '-p2-r1-a1', '-p3-r1-a1']);
      expect(
        world.emulator.calls().filter(({ call, status }) => call === 'storage.write' && status === 403),
      ).toHaveLength(1);
    });
  });

  it.concurrent('ends at once when the creates of all of them are refused', async () => {
    const refused: Scenario = { faults: [{ call: 'create', times: 1_000, fault: { kind: 'status', status: 403 } }] };
    await inWorld(refused, {}, async (world) => {
      const run = await world.start({ concurrentJobs: PARTS });
      await expect(run.result()).rejects.toMatchObject({ type: 'PermissionDenied' });
      expect(world.paidJobs()).toEqual([]);
    });
  });
});
