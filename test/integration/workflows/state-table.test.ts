import { afterAll, describe, expect, it } from 'vitest';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { ROWS, untilState } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { scenarioOf } from '../../support/state-scenario';
import { leastMsOf, STATE_CASES, BOUNDS_MS, type StateCase } from '../../support/state-table';
import { testEnvironment } from '../../support/temporal';
import { closeOf, isBalanced } from '../../support/told-life';

/** What a busy machine may add to a bound. */
const PATIENCE_MS = 40_000;

describe('a job that goes through', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  const cases = STATE_CASES.map((state) => [titleOf(state), state] as const);

  it.concurrent.each(cases)('%s', async (_, state) => {
    const least = leastMsOf(state);
    const { tookMs, message, ...end } = await live(state);
    expect(end).toEqual({
      outcome: state.outcome,
      reason: state.reason,
      answered: state.answered,
      balanced: true,
      jobs: state.jobs ?? 1,
    });
    if (state.reason === 'DeadlineExceeded') expect(message).toContain(state.endedBy);
    if (state.states.endsWith('cancel CANCELLING…')) expect(message).toContain('it may still bill');
    expect(tookMs).toBeGreaterThanOrEqual(least);
    expect(tookMs).toBeLessThan(least + PATIENCE_MS);
  });
});

function titleOf({ states, asked = '', outcome, endedBy }: StateCase): string {
  return `${states}${asked === '' ? '' : `, ${asked}`}, is ${outcome}, ended by ${endedBy}`;
}

async function live(state: StateCase) {
  const world = await BatchWorld.create({ emulator: { scenario: scenarioOf(state.states) } });
  try {
    await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
    const run = await world.start({ listingLag: BOUNDS_MS.listingLag, ...state.request });
    const [, stays] = /(\w+)… cancel/.exec(state.states) ?? [];
    if (stays !== undefined && state.asked === undefined) {
      await untilState(run, `JOB_STATE_${stays}`);
      await run.cancel({ wait: false });
    }
    const { outcome, reason, rows } = await closeOf(run);
    const { startTime, closeTime } = await world.temporal.client.workflow.getHandle(run.workflowId).describe();
    return {
      outcome,
      reason: reason?.type ?? null,
      message: reason?.message,
      answered: rows.answered === 0 ? 'none' : rows.answered === ROWS ? 'all' : 'some',
      balanced: rows.input === ROWS && isBalanced(rows),
      jobs: world.paidJobs().length,
      tookMs: Number(closeTime) - Number(startTime),
    };
  } finally {
    await world.close();
  }
}
