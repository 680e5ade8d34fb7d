import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isTerminal } from '../../../src/domain/job-state';
import { inParallel } from '../../../src/rows/in-parallel';
import { anyScript } from '../../support/arbitrary-states';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { DrivenJobs } from '../../support/driven-jobs';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { closeOf, isBalanced } from '../../support/told-life';

const RUNS = Number(process.env['RUNS'] ?? 40);
const ROWS = 6;
const AT_ONCE = 10;
const RUN_MS = 12_000;
/** What a busy machine may add. */
const PATIENCE_MS = 60_000;

const anyRun = fc.record({
  script: anyScript,
  rounds: fc.integer({ min: 0, max: 1 }),
  policy: fc.constantFrom('wait' as const, 'cancel' as const, 'fail' as const),
});

describe('a job that goes through any states', () => {
  let world: BatchWorld;

  beforeAll(async () => {
    world = await BatchWorld.create();
    await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
  });

  afterAll(async () => {
    await world.close();
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it('leaves its run within its deadlines, with each row in one book and no job unmentioned', async () => {
    const jobs = new DrivenJobs(world.emulator);
    const runs = fc.array(anyRun, { minLength: RUNS, maxLength: RUNS });
    await fc.assert(
      fc.asyncProperty(runs, async (drawn) => {
        const ends = await inParallel(drawn.length, AT_ONCE, (index) => live(jobs, drawn[index]!));
        expect(ends.filter(({ faults }) => faults.length > 0)).toEqual([]);
      }),
      { numRuns: 1, endOnFailure: true },
    );
  }, 240_000);

  async function live(jobs: DrivenJobs, drawn: typeof anyRun extends fc.Arbitrary<infer Run> ? Run : never) {
    const { script, rounds, policy } = drawn;
    const run = await world.start({
      rounds,
      paused: { policy, deadline: 200 },
      deadlines: { queued: 400, running: 400, cancelling: 150, run: RUN_MS },
    });
    const over = new AbortController();
    const driving = jobs.drive(run.workflowId, script, over.signal);
    const { outcome, reason, rows } = await closeOf(run).finally(() => over.abort());
    await driving;
    const { startTime, closeTime } = await world.temporal.client.workflow.getHandle(run.workflowId).describe();
    const own = jobs.of(run.workflowId);
    const isMentioned = /may still bill|has no job/.test(reason?.message ?? '');
    const claims = {
      'ends within its deadlines': Number(closeTime) - Number(startTime) <= RUN_MS + PATIENCE_MS,
      'has balanced books': isBalanced(rows) && (rows.input === ROWS || own.length === 0),
      'succeeds exactly when every row is answered': (outcome === 'succeeded') === (rows.answered === ROWS),
      'says why it is not succeeded': (outcome === 'succeeded') === (reason === null),
      'pays for no more than its rounds': own.length <= rounds + 1,
      'leaves no open job unmentioned': isMentioned || own.every(({ state }) => isTerminal(state)),
    };
    const faults = Object.entries(claims)
      .filter(([, holds]) => !holds)
      .map(([claim]) => claim);
    return { drawn, outcome, reason, rows, jobs: own.map(({ state }) => state), faults };
  }
});
