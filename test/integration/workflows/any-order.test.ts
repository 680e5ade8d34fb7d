import * as fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { CLAIM_LABEL } from '../../../src/domain/claim-key';
import type { FaultRule } from '../../../src/emulator/scenario';
import { inParallel } from '../../../src/rows/in-parallel';
import { anyScript } from '../../support/arbitrary-states';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { DrivenJobs } from '../../support/driven-jobs';
import { anyDeeds, doDeed } from '../../support/random-hands';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { closeOf, isBalanced } from '../../support/told-life';

const RUNS = Number(process.env['RUNS'] ?? 20);
const AT_ONCE = 10;
const ROWS = 6;
/** `WorkflowTaskFailedCause` of Temporal's API. */
const UNHANDLED_COMMAND = 1;

/** What becomes of the creates of a project, whose name says it. */
const CREATES = {
  sound: undefined,
  lost: { kind: 'lost-answer' },
  doubtful: { kind: 'lost-answer', as: 'status', status: 500 },
  unavailable: { kind: 'status', status: 503 },
} as const;

const anyRun = fc.record({
  script: anyScript,
  deeds: anyDeeds,
  create: fc.constantFrom('sound' as const, 'lost' as const, 'doubtful' as const, 'unavailable' as const),
  rounds: fc.integer({ min: 0, max: 1 }),
  listingLag: fc.constantFrom(100, 700),
});

type DrawnRun = typeof anyRun extends fc.Arbitrary<infer Run> ? Run : never;

describe('signals, updates, cancels and answers in any order', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it.each([
    ['with', {}],
    ['without', { maxCachedWorkflows: 0 }],
  ])(
    'leave balanced books and one paid job a claim, %s the workflow cache; every history replays',
    async (_, worker) => {
      const world = await BatchWorld.create({ worker, plugin: { timeouts: { submit: 1_500 } } });
      await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
      const runs = fc.array(anyRun, { minLength: RUNS, maxLength: RUNS });
      try {
        await fc.assert(
          fc.asyncProperty(runs, async (drawn) => {
            const faults = drawn.flatMap(({ create }, index) => faultsOf(projectOf(create, index)));
            const jobs = new DrivenJobs(world.emulator, { faults, listing: { lagMs: 300 } });
            const ends = await inParallel(RUNS, AT_ONCE, (index) => live(world, jobs, drawn[index]!, index));
            expect(ends.filter(({ faults: broken }) => broken.length > 0)).toEqual([]);
          }),
          { numRuns: 1, endOnFailure: true },
        );
      } finally {
        await world.close();
      }
    },
    300_000,
  );
});

async function live(world: BatchWorld, jobs: DrivenJobs, drawn: DrawnRun, index: number) {
  const { script, deeds, create, rounds, listingLag } = drawn;
  const run = await world.start({
    project: projectOf(create, index),
    rounds,
    listingLag,
    paused: { policy: 'wait', deadline: 300 },
    deadlines: { queued: 500, running: 500, cancelling: 150, run: 12_000 },
  });
  const over = new AbortController();
  const [{ outcome, rows }, accepted] = await Promise.all([
    closeOf(run).finally(() => over.abort()),
    handsOn(world, jobs, run.workflowId, deeds, over.signal),
    jobs.drive(run.workflowId, script, over.signal),
  ]);
  const resubmits = accepted.filter((kind) => kind === 'resubmit').length;
  const claimed = jobs.of(run.workflowId).map(({ labels }) => labels[CLAIM_LABEL]);
  const failedTasks = await failedTasksOf(world, run.workflowId);
  const claims = {
    'has balanced books': isBalanced(rows) && (rows.input === ROWS || claimed.length === 0),
    'succeeds exactly when every row is answered': (outcome === 'succeeded') === (rows.answered === ROWS),
    'pays for one job a claim': new Set(claimed).size === claimed.length,
    'pays for one job a round, and what an operator sends again': claimed.length <= rounds + 1 + resubmits,
    'fails no workflow task': failedTasks.length === 0,
  };
  const broken = Object.entries(claims).flatMap(([claim, holds]) => (holds ? [] : [claim]));
  return { drawn, outcome, rows, claimed, resubmits, faults: broken, failedTasks };
}

/** Does the deeds one after the other, and gives the kinds of those that were accepted. */
async function handsOn(
  world: BatchWorld,
  jobs: DrivenJobs,
  workflowId: string,
  deeds: DrawnRun['deeds'],
  signal: AbortSignal,
): Promise<string[]> {
  const accepted: string[] = [];
  for (const deed of deeds) {
    await delay(deed.afterMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    const job = jobs.of(workflowId).at(-1)?.name ?? 'projects/p/locations/l/batchPredictionJobs/1';
    if (await doDeed(world.temporal.client, workflowId, deed, job)) accepted.push(deed.kind);
  }
  return accepted;
}

/** Workflow tasks that failed for another reason than that something arrived while the run closed, which the server has tried again. */
async function failedTasksOf({ temporal }: BatchWorld, workflowId: string): Promise<string[]> {
  const { events } = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
    failed == null || Number(failed.cause) === UNHANDLED_COMMAND
      ? []
      : [`${String(failed.cause)} ${failed.failure?.message ?? ''}`],
  );
}

function projectOf(create: DrawnRun['create'], index: number): string {
  return `${create}-${index}-project`;
}

function faultsOf(project: string): FaultRule[] {
  const fault = CREATES[project.split('-')[0] as DrawnRun['create']];
  return fault === undefined ? [] : [{ call: 'create', path: `projects/${project}/`, fault }];
}
