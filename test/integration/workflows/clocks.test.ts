import { afterAll, describe, expect, it } from 'vitest';
import type { VertexBatchRun } from '../../../src/client';
import type { Scenario } from '../../../src/emulator/scenario';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { inCrashWorld } from '../../support/crash-world';
import { booksOf, exactBooks, keysOf } from '../../support/exact-books';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';

const HOUR = 3_600_000;
const OFF = [
  ['a day behind', -24 * HOUR],
  ['an hour behind', -HOUR],
  ['an hour ahead', HOUR],
  ['a day ahead', 24 * HOUR],
] as const;

/** The answer to the create is lost, and the job shows only when a look that ended early is over. */
const LOST_AND_LISTED_LATE: Scenario = {
  faults: [{ call: 'create', fault: { kind: 'lost-answer' } }],
  listing: { lagMs: 600 },
};

describe('a run', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it.concurrent.each(OFF)('pays for one job where Google’s clock is %s', async (_, aheadMs) => {
    await withGoogleAhead(aheadMs, LOST_AND_LISTED_LATE, async (world, run) => {
      expect(await booksOf(world, await run.result())).toEqual(exactBooks(30));
      expect(world.paidJobs()).toHaveLength(1);
    });
  });

  it.concurrent.each(OFF)('gives a look up in time where Google’s clock is %s', async (_, aheadMs) => {
    const neverArrives: Scenario = { faults: [{ call: 'create', fault: { kind: 'status', status: 503 } }] };
    await withGoogleAhead(aheadMs, neverArrives, async (world, run) => {
      expect(await booksOf(world, await run.result())).toEqual(exactBooks(30));
      expect(world.paidJobs()).toHaveLength(1);
    });
  });

  it.concurrent('pays for one job on workers of which one is a day behind and one a day ahead', async () => {
    const scenario: Scenario = {
      faults: [
        ...(LOST_AND_LISTED_LATE.faults ?? []),
        { call: 'get', times: 4, fault: { kind: 'status', status: 503 } },
        { call: 'storage.write', times: 3, fault: { kind: 'status', status: 503 } },
      ],
      listing: { lagMs: 600 },
      durations: { JOB_STATE_RUNNING: 10_000 },
    };
    await inCrashWorld({ scenario, plugin: { timeouts: { submit: '6s' } } }, async (crash, world) => {
      crash.startWorker({ clockAheadMs: -24 * HOUR });
      crash.startWorker({ clockAheadMs: 24 * HOUR });
      await world.put('gs://acme/in/prompts.jsonl', prompts(200));
      const begun = Date.now();
      const run = await world.start({ handler: 'note', onUnknown: 'resubmit' });
      expect(await booksOf(world, await run.result())).toEqual(exactBooks(200));
      expect(world.paidJobs()).toHaveLength(1);
      const handed = crash.handed();
      expect(handed.map(({ key }) => key).toSorted()).toEqual(keysOf(200));
      const { checkedAt } = await run.status();
      expect(Date.parse(checkedAt ?? '')).toBeGreaterThan(begun);
      expect(Date.parse(checkedAt ?? '')).toBeLessThan(Date.now());
      expect(await workersOf(world, run)).toHaveLength(2);
    });
  });
});

async function withGoogleAhead(
  aheadMs: number,
  scenario: Scenario,
  story: (world: BatchWorld, run: VertexBatchRun) => Promise<void>,
): Promise<void> {
  const world = await BatchWorld.create({
    emulator: { clock: { aheadMs }, scenario },
    plugin: { timeouts: { submit: '2s' } },
  });
  try {
    await world.put('gs://acme/in/prompts.jsonl', prompts(30));
    await story(world, await world.start({ onUnknown: 'resubmit' }));
  } finally {
    await world.close();
  }
}

/** Identities of those who took the run's activities. */
async function workersOf(world: BatchWorld, run: VertexBatchRun): Promise<string[]> {
  const { events } = await world.temporal.client.workflow.getHandle(run.workflowId).fetchHistory();
  const identities = (events ?? []).flatMap((event) => event.activityTaskStartedEventAttributes?.identity ?? []);
  return [...new Set(identities)];
}
