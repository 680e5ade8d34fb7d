import { afterAll, describe, expect, it, vi } from 'vitest';
import { phaseOf } from '../../../src/domain/job-state';
import { WORKFLOWS_PATH } from '../../support/batch-world';
import { booksOf, exactBooks } from '../../support/exact-books';
import { HELD_PHASES, ROWS, whileIn, type HeldPhase } from '../../support/held-phases';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { isBalanced } from '../../support/told-life';

vi.setConfig({ testTimeout: 120_000 });

const PHASES = HELD_PHASES.map((held) => [nameOf(held), held] as const);

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

  it.concurrent.each(PHASES)(
    'that is cancelled while %s ends its job, and keeps what was answered',
    async (_, held) => {
      await whileIn(held, async ({ world, run, handled }) => {
        const result = await run.cancel({ reason: 'enough' });
        expect(world.paidJobs()).toHaveLength(held.paidJobs);
        expect(world.paidJobs().filter(({ state }) => phaseOf(state) !== 'ended')).toEqual([]);
        expect(isBalanced(result.rows)).toBe(true);
        expect(result.outcome).toBe(held.phase === 'finishing' ? 'succeeded' : 'cancelled');
        const { keys } = await booksOf(world, result);
        expect(keys).toHaveLength(result.rows.answered);
        expect(handled.filter((key) => !keys.includes(key))).toEqual([]);
        if (['collecting', 'processing', 'finishing'].includes(held.phase)) expect(result.rows.answered).toBe(ROWS);
      });
    },
  );
});

function nameOf({ phase, round = 1 }: HeldPhase): string {
  return round === 1 ? phase : `${phase} in round ${round}`;
}
