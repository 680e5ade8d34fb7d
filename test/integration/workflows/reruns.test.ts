import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VertexBatchRun } from '../../../src/client';
import { BatchWorld, prompt, WORKFLOWS_PATH } from '../../support/batch-world';
import { program } from '../../support/program';
import { replayQueue } from '../../support/replay';

let world: BatchWorld;
/** Keys that the model refuses. */
const refused = new Set<string>();

beforeAll(async () => {
  world = await BatchWorld.create({
    emulator: {
      answer: ({ key }) => (refused.has(String(key)) ? { status: 400 } : `about ${String(key)}`),
    },
  });
});

afterAll(async () => {
  await world.close();
  await replayQueue(world.temporal.client, world.taskQueue, WORKFLOWS_PATH);
});

function command(...words: string[]) {
  return program(world, words);
}

async function keysOf(run: VertexBatchRun): Promise<string[]> {
  const { directory } = await run.result();
  const rows = await world.readRowsBelow<{ key: string }>(`${directory}results/`);
  return rows.map(({ key }) => key).toSorted();
}

/** A closed run, two of whose four rows were refused. */
async function partialRun(workflowId: string): Promise<VertexBatchRun> {
  await world.put(
    'gs://acme/in/rows.jsonl',
    ['a', 'b', 'c', 'd'].map((key) => prompt(key)),
  );
  for (const key of ['b', 'd']) refused.add(key);
  const run = await world.start({ workflowId });
  expect(await run.result()).toMatchObject({ outcome: 'partial', rows: { answered: 2, failed: 2 } });
  refused.clear();
  return run;
}

describe('a rerun of what failed', () => {
  it('sends those rows alone, with the request that was, and once however often it is asked for', async () => {
    const id = `${world.taskQueue}-failed`;
    await partialRun(id);
    const again = await world.client.rerunFailed(id);
    expect(again).toMatchObject({ workflowId: `${id}/rerun-1`, started: true });
    expect(await keysOf(again)).toEqual(['b', 'd']);
    const jobs = world.paidJobs().length;
    expect(await world.client.rerunFailed(id)).toMatchObject({ workflowId: `${id}/rerun-1`, started: false });
    expect(world.paidJobs()).toHaveLength(jobs);
    await expect(world.client.rerunFailed(`${id}/rerun-1`)).rejects.toMatchObject({ type: 'NothingToRerun' });
  });

  it('follows on another, and on a repeat of the first run has the next number', async () => {
    const id = `${world.taskQueue}-again`;
    await partialRun(id);
    refused.add('d');
    await (await world.client.rerunFailed(id)).result();
    refused.clear();
    const second = await world.client.rerunFailed(`${id}/rerun-1`);
    expect(second.workflowId).toBe(`${id}/rerun-2`);
    expect(await keysOf(second)).toEqual(['d']);

    refused.add('a');
    expect(await (await world.client.repeat(id)).result()).toMatchObject({ rows: { answered: 3, failed: 1 } });
    refused.clear();
    const third = await world.client.rerunFailed(id);
    expect(third.workflowId).toBe(`${id}/rerun-3`);
    expect(await keysOf(third)).toEqual(['a']);
  });

  it('is what the command line suggests and does, with no worker alive until it goes on', async () => {
    const id = `${world.taskQueue}-cli`;
    await partialRun(id);
    const { text, exitCode } = await command('result', id);
    expect(text).toContain(`again       vertex-batch rerun ${id} --failed`);
    expect(exitCode).toBe(3);

    await world.stopWorkers();
    const detached = await command('rerun', id, '--failed', '--detach');
    expect(detached).toMatchObject({ exitCode: 0 });
    expect(detached.text).toContain(`${id}/rerun-1`);
    await expect(world.client.rerunFailed(`${id}/rerun-1`)).rejects.toMatchObject({ type: 'RunOpen' });
    expect(await command('rerun', `${id}/rerun-1`, '--failed')).toMatchObject({ exitCode: 4 });
    await world.startWorker();
    expect(await command('rerun', id, '--failed')).toMatchObject({ exitCode: 0 });
    expect(await command('rerun', `${id}/rerun-1`, '--failed')).toMatchObject({
      exitCode: 0,
      text: expect.stringContaining('Nothing to rerun') as string,
    });
    expect(await command('rerun', 'unknown', '--failed')).toMatchObject({ exitCode: 2 });
  });
});

describe('a repeat', () => {
  it('does all of it again, under the same id', async () => {
    const id = `${world.taskQueue}-repeat`;
    await partialRun(id);
    const jobs = world.paidJobs().length;
    const again = await command('rerun', id);
    expect(again).toMatchObject({ exitCode: 0 });
    expect(again.text).toMatch(/succeeded +4 answered/);
    expect(world.paidJobs()).toHaveLength(jobs + 1);
  });
});
