import { afterAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/emulator/scenario';
import { defineHandler } from '../../../src/define-handler';
import { BatchWorld, prompts, WORKFLOWS_PATH, type WorldOptions } from '../../support/batch-world';
import { createElsewhere, startAdopting as start } from '../../support/jobs-created-elsewhere';
import { untilState } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

const RUNS_LONG: Scenario = { durations: { JOB_STATE_RUNNING: 60_000 } };

/** A world in which somebody has created a job of his own, over ten rows. */
async function inWorld(
  {
    scenario = {},
    plugin,
    rows = prompts(10),
  }: Pick<WorldOptions, 'plugin'> & {
    readonly scenario?: Scenario;
    readonly rows?: readonly object[];
  },
  use: (world: BatchWorld, job: string) => Promise<void>,
): Promise<void> {
  const world = await BatchWorld.create({ emulator: { scenario }, ...(plugin && { plugin }) });
  try {
    await world.put('gs://acme/in/prompts.jsonl', rows);
    await use(world, await createElsewhere(world));
  } finally {
    await world.close();
  }
}

function stateOf(world: BatchWorld, name: string): string | undefined {
  return world.paidJobs().find((job) => job.name === name)?.state;
}

async function untilEnded(world: BatchWorld, name: string): Promise<void> {
  await waitFor(() => stateOf(world, name) === 'JOB_STATE_SUCCEEDED', { what: 'the job to end', timeoutMs: 20_000 });
}

describe('a run that adopts a job', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it.concurrent('which still runs waits for it, collects it by key and runs the handler', async () => {
    const seen: string[] = [];
    const save = defineHandler({ handle: async (rows) => void seen.push(...rows.map(({ key }) => key)) });
    await inWorld({ plugin: { handlers: { save } } }, async (world, job) => {
      const run = await start(world, job, { handler: 'save' });
      const result = await run.result();
      expect(result).toMatchObject({
        outcome: 'succeeded',
        rows: { input: 10, answered: 10 },
        handler: { processed: 10 },
        jobs: [{ name: job, part: 1, round: 1 }],
      });
      expect(seen.toSorted()).toEqual(prompts(10).map(({ key }) => key));
      expect(world.paidJobs()).toHaveLength(1);
      const lines = await world.readRowsBelow<{ key: string; source: object }>(result.results.uri);
      expect(lines.find(({ key }) => key === 'p-3')?.source).toEqual({ uri: 'gs://acme/in/prompts.jsonl', line: 4 });
    });
  });

  it.concurrent('which has ended and whose rows have no keys finds them by their requests', async () => {
    const rows = prompts(10).map(({ request }) => ({ request }));
    await inWorld({ rows }, async (world, job) => {
      await untilEnded(world, job);
      const result = await (await start(world, job)).result();
      expect(result).toMatchObject({ outcome: 'succeeded', rows: { input: 10, answered: 10 } });
    });
  });

  it.concurrent('sends what failed and may do better again, once', async () => {
    const scenario: Scenario = { rows: [{ outcome: 'resource-exhausted', share: 0.5, firstJobs: 1 }] };
    const rows = prompts(10).map(({ request }) => ({ request }));
    await inWorld({ scenario, rows }, async (world, job) => {
      const result = await (await start(world, job)).result();
      expect(result).toMatchObject({ outcome: 'succeeded', rows: { input: 10, answered: 10 }, jobCount: 2 });
      expect(world.paidJobs()).toHaveLength(2);
      expect(world.paidJobs()[1]?.displayName).toMatch(/-p1-r2-a1$/);
    });
  });

  it.concurrent('keeps what a job that failed had answered, and adds the rest up as missing', async () => {
    const end = { state: 'JOB_STATE_FAILED', finishedShare: 0.5, error: { code: 3, message: 'no' } } as const;
    await inWorld({ scenario: { end } }, async (world, job) => {
      await waitFor(() => stateOf(world, job) === 'JOB_STATE_FAILED', { what: 'the job to fail', timeoutMs: 20_000 });
      const result = await (await start(world, job)).result();
      expect(result).toMatchObject({ outcome: 'partial', reason: { type: 'JobFailed' }, rows: { input: 10 } });
      expect(result.rows.answered + result.rows.missing).toBe(10);
      expect(world.paidJobs()).toHaveLength(1);
    });
  });

  it.concurrent('carries a cancel to the job, and keeps what it had finished', async () => {
    await inWorld({ scenario: RUNS_LONG }, async (world, job) => {
      const run = await start(world, job);
      await untilState(run, 'JOB_STATE_RUNNING');
      const result = await run.cancel();
      expect(result).toMatchObject({ outcome: 'cancelled', rows: { input: 10 } });
      expect(stateOf(world, job)).toBe('JOB_STATE_CANCELLED');
    });
  });

  it.concurrent('carries a cancel to the job also while its input is being read', async () => {
    const scenario: Scenario = {
      ...RUNS_LONG,
      faults: [{ call: 'storage.read', path: 'prompts.jsonl', times: 1_000, fault: { kind: 'status', status: 503 } }],
    };
    await inWorld({ scenario }, async (world, job) => {
      const run = await start(world, job);
      await waitFor(async () => (await run.status()).phase === 'validating', { what: 'validating', timeoutMs: 20_000 });
      const result = await run.cancel();
      expect(result).toMatchObject({ outcome: 'cancelled', jobs: [{ name: job, state: 'JOB_STATE_CANCELLED' }] });
      expect(stateOf(world, job)).toBe('JOB_STATE_CANCELLED');
    });
  });

  it.concurrent('goes on with it in a new execution of the id, and in no run of another id', async () => {
    await inWorld({ scenario: RUNS_LONG }, async (world, job) => {
      const workflowId = `adopts-${job.split('/').at(-1)}`;
      const run = await start(world, job, { workflowId });
      await untilState(run, 'JOB_STATE_RUNNING');
      await world.temporal.client.workflow.getHandle(workflowId).terminate('gone');
      const other = start(world, job, { workflowId: `${workflowId}-other` });
      await expect((await other).result()).rejects.toMatchObject({
        type: 'JobTaken',
        message: expect.stringContaining(`/${workflowId}/`) as string,
      });
      expect(stateOf(world, job)).toBe('JOB_STATE_RUNNING');
      const again = await start(world, job, { workflowId });
      await untilState(again, 'JOB_STATE_RUNNING');
      const result = await again.cancel();
      expect(result.jobs).toMatchObject([{ name: job, state: 'JOB_STATE_CANCELLED' }]);
      expect(world.paidJobs()).toHaveLength(1);
    });
  });

  it.concurrent('says that a job vanished which it had taken over', async () => {
    await inWorld({ scenario: { ...RUNS_LONG, vanishAfterMs: 8_000 } }, async (world, job) => {
      const run = await start(world, job);
      await expect(run.result()).rejects.toMatchObject({ type: 'JobVanished' });
      const again = await start(world, job, { workflowId: run.workflowId });
      await expect(again.result()).rejects.toMatchObject({ type: 'JobVanished' });
      expect(world.paidJobs()).toHaveLength(1);
    });
  });

  it.concurrent('never calls an input sound that was written after the job had read it', async () => {
    await inWorld({}, async (world, job) => {
      await untilEnded(world, job);
      await world.put('gs://acme/in/prompts.jsonl', prompts(10));
      const result = await (await start(world, job)).result();
      expect(result).toMatchObject({ outcome: 'partial', reason: { type: 'InputChanged' }, rows: { answered: 10 } });
    });
  });

  it.concurrent('leaves the job alone where its input is gone, and takes it up when that is back', async () => {
    await inWorld({ scenario: RUNS_LONG }, async (world, job) => {
      await waitFor(() => stateOf(world, job) === 'JOB_STATE_RUNNING', { what: 'the job to run', timeoutMs: 20_000 });
      world.emulator.blobs.delete('acme', 'in/prompts.jsonl');
      const run = await start(world, job);
      await expect(run.result()).rejects.toMatchObject({ type: 'InputNotFound' });
      expect(stateOf(world, job)).toBe('JOB_STATE_RUNNING');
      await world.put('gs://acme/in/prompts.jsonl', prompts(10));
      const again = await start(world, job, { workflowId: run.workflowId });
      await untilState(again, 'JOB_STATE_RUNNING');
      expect(await again.cancel()).toMatchObject({ outcome: 'cancelled', rows: { input: 10 } });
    });
  });

  it.concurrent('sends its dead letters again in jobs of its own', async () => {
    const end = { state: 'JOB_STATE_FAILED', finishedShare: 0.5, error: { code: 3, message: 'no' } } as const;
    await inWorld({ scenario: { end } }, async (world, job) => {
      const run = await start(world, job);
      const { rows } = await run.result();
      world.emulator.setScenario({});
      const again = await (await world.client.rerunFailed(run.workflowId)).result();
      expect(again).toMatchObject({ outcome: 'succeeded', rows: { input: rows.missing, answered: rows.missing } });
      await expect(world.client.repeat(run.workflowId)).rejects.toMatchObject({ type: 'JobTaken' });
    });
  });
});
