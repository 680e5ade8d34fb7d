import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { VertexBatchCancelledError, VertexBatchFailedError, type VertexBatchRun } from '../../../src/client';
import type { BatchProgress } from '../../../src/messages';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { LIFE_STORIES, type LifeStory } from '../../support/life-stories';
import { fetchHistoryJson, replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';

const HISTORIES = join(__dirname, '../../histories');
const RECORDS = process.env['RECORD_HISTORIES'] === '1';

describe('the life of a run', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  for (const cached of [true, false]) {
    describe(cached ? 'with the workflow cache' : 'without the workflow cache', () => {
      it.concurrent.each(LIFE_STORIES.map((story) => [story.name, story] as const))('%s', async (_, story) => {
        await tell(story, cached);
      });
    });
  }
});

async function tell(story: LifeStory, cached: boolean): Promise<void> {
  const world = await BatchWorld.create({
    emulator: { scenario: story.scenario },
    worker: cached ? {} : { maxCachedWorkflows: 0 },
  });
  try {
    await world.put('gs://acme/in/prompts.jsonl', prompts(story.rows ?? 12));
    const run = await world.start(story.request ?? {});
    await story.act?.(world, run);
    const closed = await closeOf(run);
    const { execution } = await run.status();
    expect({ execution, outcome: closed.outcome, reason: closed.reason?.type ?? null, jobs: world.paidJobs().length }).toEqual({
      execution: story.execution,
      outcome: story.outcome,
      reason: story.reason,
      jobs: story.paidJobs,
    });
    expectAnswered(closed.rows, story);
    if (RECORDS && cached && story.unrecorded !== true) await record(world, run, story.name);
  } finally {
    await world.close();
  }
}

type Closed = NonNullable<BatchProgress['closed']>;

/** How a run closed, whatever the way it tells it. */
async function closeOf(run: VertexBatchRun): Promise<Closed> {
  try {
    return await run.result();
  } catch (error) {
    if (error instanceof VertexBatchFailedError && error.result !== undefined) return error.result;
    if (error instanceof VertexBatchCancelledError && error.closed !== undefined) return error.closed;
    throw error;
  }
}

function expectAnswered(rows: Closed['rows'], { answered, rows: asked = 12 }: LifeStory): void {
  expect(rows.answered + rows.blocked + rows.failed + rows.missing).toBe(rows.input);
  expect(rows.input).toBe(asked);
  if (typeof answered === 'number') expect(rows.answered).toBe(answered);
  else {
    expect(rows.answered).toBeGreaterThanOrEqual(answered.atLeast);
    expect(rows.answered).toBeLessThanOrEqual(answered.atMost);
  }
}

async function record(world: BatchWorld, run: VertexBatchRun, name: string): Promise<void> {
  const { runId } = await run.status();
  mkdirSync(HISTORIES, { recursive: true });
  writeFileSync(join(HISTORIES, `${name}.json`), `${await fetchHistoryJson(world.temporal.client, { workflowId: run.workflowId, runId })}\n`);
}
