import { afterAll, describe, expect, it, vi } from 'vitest';
import { phaseOf } from '../../../src/domain/job-state';
import type { BatchPhase } from '../../../src/messages';
import { WORKFLOWS_PATH, type BatchWorld } from '../../support/batch-world';
import { booksOf, exactBooks } from '../../support/exact-books';
import { HELD_PHASES, nameOf, ROWS, whileIn, type CaughtRun } from '../../support/held-phases';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { closeOf, isBalanced, type ClosedRun } from '../../support/told-life';

vi.setConfig({ testTimeout: 120_000 });

const PHASES = HELD_PHASES.map((held) => [nameOf(held), held] as const);

/** Ways to cancel a run, and Temporal's word for its end then. */
const WAYS = {
  'by cancelBatch': {
    cancel: ({ run }: CaughtRun) => run.cancel({ reason: 'enough', wait: false }),
    execution: 'COMPLETED',
  },
  'by Temporal’s own cancel': {
    cancel: ({ world, run }: CaughtRun) => world.temporal.client.workflow.getHandle(run.workflowId).cancel(),
    execution: 'CANCELLED',
  },
} as const;

const CANCELS = Object.entries(WAYS).flatMap(([way, how]) =>
  PHASES.map(([name, held]) => [way, name, how, held] as const),
);

describe('a run', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it.concurrent.each(PHASES)('that is terminated while %s goes on when it is started again', async (_, held) => {
    await whileIn(held, async ({ world, run, request, handled, letGo }) => {
      await world.temporal.client.workflow.getHandle(run.workflowId).terminate('for a test');
      const again = await world.client.start(request);
      expect(again.started).toBe(true);
      letGo();
      const { keys, ...books } = await booksOf(world, await again.result());
      const { keys: _keys, ...exact } = exactBooks(ROWS);
      expect(books).toEqual({ ...exact, paidJobs: Math.max(1, held.paidJobs) });
      expect(new Set(keys).size).toBe(ROWS);
      expect([...new Set(handled)].toSorted()).toEqual(keys);
    });
  });

  it.concurrent.each(CANCELS)(
    'that is cancelled %s while %s ends its job, and keeps what was answered',
    async (...row) => {
      const [, , { cancel, execution }, held] = row;
      await whileIn(held, async (caught) => {
        const { world, run, handled } = caught;
        await cancel(caught);
        const closed = await closeOf(run);
        const jobs = world.paidJobs();
        expect(jobs).toHaveLength(held.paidJobs);
        expect(jobs.filter(({ state }) => phaseOf(state) !== 'ended')).toEqual([]);
        expect(isBalanced(closed.rows)).toBe(true);
        expect((await run.status()).execution).toBe(execution);
        if (held.phase === 'finishing') expect(closed).toMatchObject({ outcome: 'succeeded', reason: null });
        else expect(closed).toMatchObject({ outcome: 'cancelled', reason: { type: 'CancelRequested' } });
        const keys = await keysIn(world, closed);
        expect(keys).toHaveLength(closed.rows.answered);
        expect(handled.filter((key) => !keys.includes(key))).toEqual([]);
        if (COLLECTED.includes(held.phase)) expect(closed.rows.answered).toBe(ROWS);
      });
    },
  );
});

/** Phases in which the job has succeeded: a cancel then costs no answer. */
const COLLECTED: readonly BatchPhase[] = ['collecting', 'settling', 'processing', 'finishing'];

/** Keys of the result rows, which lie beside the manifest; a run that had no plan yet has neither. */
async function keysIn(world: BatchWorld, { outcome, rows, manifest }: ClosedRun): Promise<readonly string[]> {
  if (manifest === null) return [];
  const { keys } = await booksOf(world, { outcome, rows, directory: manifest.replace(/manifest\.json$/, '') });
  return keys;
}
