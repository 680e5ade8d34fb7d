import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineHandler } from '../../../src/define-handler';
import type { ResultRow } from '../../../src/rows/result-row';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { replayStarted } from '../../support/replay';

describe('a run from input to processed rows', () => {
  let world: BatchWorld;
  const handled: string[] = [];

  beforeAll(async () => {
    const handlers = {
      note: defineHandler({
        handle(rows) {
          handled.push(...rows.map((row) => row.key));
        },
      }),
    };
    world = await BatchWorld.create({ plugin: { handlers } });
  });

  afterAll(async () => {
    await replayStarted(world.temporal.client, WORKFLOWS_PATH);
    await world.close();
  });

  it('answers every row once and hands each to the handler', async () => {
    await world.put('gs://acme/in/prompts.jsonl', prompts(30));
    const run = await world.start({ handler: 'note' });
    const result = await run.result();
    expect(result).toMatchObject({
      outcome: 'succeeded',
      reason: null,
      rows: { input: 30, answered: 30, blocked: 0, failed: 0, missing: 0 },
      handler: { processed: 30, rejected: 0 },
      jobCount: 1,
    });
    const rows = await world.readRowsBelow<ResultRow>(`${result.directory}results/`);
    expect(rows.map((row) => row.key).toSorted()).toEqual(
      prompts(30)
        .map((row) => row.key)
        .toSorted(),
    );
    expect(handled.toSorted()).toEqual(
      prompts(30)
        .map((row) => row.key)
        .toSorted(),
    );
    expect(world.paidJobs()).toHaveLength(1);
  });
});
