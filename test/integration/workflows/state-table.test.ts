import { afterAll, describe, expect, it } from 'vitest';
import type { VertexBatchRun } from '../../../src/client';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { ROWS, untilState } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { clockOf, hoursIn, scenarioOf } from '../../support/state-scenario';
import { BOUNDS_MS, STATE_CASES, timeBoundOf, type Share, type StateCase } from '../../support/state-table';
import { testEnvironment } from '../../support/temporal';
import { closeOf, isBalanced } from '../../support/told-life';
import { waitFor } from '../../support/wait-for';

/** What the steps of a run take, as often as those before its job took, on a machine that is busy now and then. */
const STEPS = { times: 6, stallMs: 15_000 };

describe('a job that goes through', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  const cases = STATE_CASES.map((state) => [titleOf(state), state] as const);

  it.concurrent.each(cases)('%s', async (_, state) => {
    const { tookMs, untilJobMs, jobHours, message, ...end } = await live(state);
    expect(end).toEqual({
      outcome: state.outcome,
      reason: state.reason,
      answered: state.answered,
      finished: state.finished ?? state.answered,
      balanced: true,
      inResults: true,
      jobs: state.jobs ?? 1,
    });
    if (state.reason === 'DeadlineExceeded') expect(message).toContain(state.endedBy);
    if (state.states.endsWith('cancel CANCELLING…')) expect(message).toContain('it may still bill');
    expect(jobHours).toBeGreaterThanOrEqual(hoursIn(state.states));
    const { leastMs, mostMs } = timeBoundOf(state);
    expect(tookMs).toBeGreaterThanOrEqual(leastMs);
    expect(tookMs).toBeLessThan(mostMs + STEPS.times * untilJobMs + STEPS.stallMs);
  });
});

function titleOf({ states, asked = '', outcome, endedBy }: StateCase): string {
  return `${states}${asked === '' ? '' : `, ${asked}`}, is ${outcome}, ended by ${endedBy}`;
}

async function live(state: StateCase) {
  const emulator = { scenario: scenarioOf(state.states), clock: clockOf(state.states) };
  const world = await BatchWorld.create({ emulator });
  try {
    await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
    const run = await world.start({ listingLag: BOUNDS_MS.listingLag, ...state.request });
    await cancelled(world, run, state);
    const { outcome, reason, rows } = await closeOf(run);
    const { startTime, closeTime } = await world.temporal.client.workflow.getHandle(run.workflowId).describe();
    const jobs = world.paidJobs();
    const written = [...world.emulator.blobs.list('acme', 'out/')].filter(({ name }) => name.includes('/results/'));
    const results = await Promise.all(written.map(({ name }) => world.readRows(`gs://acme/${name}`)));
    return {
      outcome,
      reason: reason?.type ?? null,
      message: reason?.message,
      answered: shareOf(rows.answered),
      finished: shareOf(Math.max(...jobs.map((job) => job.rows.successful))),
      balanced: rows.input === ROWS && isBalanced(rows),
      inResults: results.flat().length === rows.answered,
      jobs: jobs.length,
      jobHours: Math.min(...jobs.map((job) => hoursBetween(job.createTime, job.endTime))),
      untilJobMs: (await submittedAt(world, run)) - Number(startTime),
      tookMs: Number(closeTime) - Number(startTime),
    };
  } finally {
    await world.close();
  }
}

/** A person cancels what the case says that one cancels, unless the policy does. */
async function cancelled(world: BatchWorld, run: VertexBatchRun, { states, request, salvage }: StateCase) {
  const [, stays] = /(\w+)… cancel/.exec(states) ?? [];
  if (stays === undefined || request?.paused?.policy === 'cancel') return;
  await untilState(run, `JOB_STATE_${stays}`);
  await waitFor(() => world.paidJobs().some(({ rows }) => rows.successful > 0), { what: 'a row that is finished' });
  await run.cancel({ wait: false, ...(salvage !== undefined && { salvage }) });
}

/** When the run had its first job, by the server's clock. */
async function submittedAt({ temporal }: BatchWorld, { workflowId }: VertexBatchRun): Promise<number> {
  const { events } = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
  const submits = events?.find(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === 'vertexBatchSubmitJob',
  );
  return Number(submits?.eventTime?.seconds) * 1_000;
}

function shareOf(rows: number): Share {
  return rows === 0 ? 'none' : rows === ROWS ? 'all' : 'some';
}

function hoursBetween(from: string, to: string | undefined): number {
  return to === undefined ? 0 : (Date.parse(to) - Date.parse(from)) / 3_600_000;
}
