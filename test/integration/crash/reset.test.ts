import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VertexBatchRun } from '../../../src/client';
import { defineHandler } from '../../../src/define-handler';
import type { Scenario } from '../../../src/emulator/scenario';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { booksOf, exactBooks } from '../../support/exact-books';
import { HELD_PHASES, whileIn } from '../../support/held-phases';
import { untilState } from '../../support/life-stories';
import { replayAll, replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

/** A job that runs until it is told to end. */
const HELD = [{ state: 'JOB_STATE_RUNNING', hold: true }, { state: 'JOB_STATE_SUCCEEDED' }] as const;
const ROWS = 40;
const EVERY = { timeout: 300_000 };
/** The answer to the first create is lost, and some rows are answered by the second job only. */
const TWO_ROUNDS: Scenario = {
  faults: [{ call: 'create', fault: { kind: 'lost-answer' } }],
  rows: [{ outcome: 'resource-exhausted', share: 0.5, firstJobs: 1 }],
};

describe('a run that forgets its job', () => {
  let world: BatchWorld;

  beforeEach(async () => {
    world = await BatchWorld.create({ emulator: { scenario: { transitions: HELD } } });
    await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
  });

  afterEach(async () => {
    await world.close();
  });

  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it('by a reset to before the create, finds it again, and a pending result() outlives the reset', async () => {
    const run = await world.start();
    const pending = run.result();
    await untilState(run, 'JOB_STATE_RUNNING');
    const { runId: before } = await run.status();
    const after = await resetToBefore(world, run, 'vertexBatchSubmitJob');
    expect(after).not.toBe(before);
    await untilWaiting(run, after);
    end(world);
    expect(await booksOf(world, await pending)).toEqual(exactBooks(ROWS));
    expect((await run.status()).runId).toBe(after);
    await replayAll(world.temporal.client, [{ workflowId: run.workflowId, runId: after }], WORKFLOWS_PATH);
  });

  it('by a reset to its very first step, after the books were closed, gives the same result', async () => {
    const run = await world.start();
    await untilState(run, 'JOB_STATE_RUNNING');
    end(world);
    const first = await run.result();
    await resetToBefore(world, run, 'vertexBatchAcceptRequest');
    const second = await run.result();
    expect(await booksOf(world, second)).toEqual(exactBooks(ROWS));
    expect(second).toMatchObject({ directory: first.directory, rows: first.rows, usage: first.usage });
  });

  it('by being terminated, adopts it when it is started again', async () => {
    const request = world.request();
    const run = await world.client.start(request);
    await untilState(run, 'JOB_STATE_RUNNING');
    await world.temporal.client.workflow.getHandle(run.workflowId).terminate('for a test');
    await expect(run.result()).rejects.toMatchObject({ type: 'RunTerminated' });
    const again = await world.client.start(request);
    expect(again.started).toBe(true);
    await untilState(again, 'JOB_STATE_RUNNING');
    end(world);
    expect(await booksOf(world, await again.result())).toEqual(exactBooks(ROWS));
  });

  it('by being terminated after the job has ended, adopts its output when it is started again', async () => {
    const request = world.request();
    const run = await world.client.start(request);
    await untilState(run, 'JOB_STATE_RUNNING');
    await world.temporal.client.workflow.getHandle(run.workflowId).terminate('for a test');
    end(world);
    expect(await booksOf(world, await (await world.client.start(request)).result())).toEqual(exactBooks(ROWS));
  });
});

describe('a run that is open', () => {
  it('finds its jobs again, to whichever of its workflow tasks it is reset', EVERY, async () => {
    const held = HELD_PHASES.find(({ round }) => round === 2);
    await whileIn(held!, async ({ world, run, letGo }) => {
      const open = { workflowId: run.workflowId, runId: (await run.status()).runId };
      for (const task of await workflowTasksOf(world, open)) {
        await untilWaiting(run, await resetTo(world, open, task));
        expect(world.paidJobs()).toHaveLength(2);
      }
      letGo();
      expect(await booksOf(world, await run.result())).toEqual({ ...exactBooks(20), paidJobs: 2 });
    });
  });
});

describe('a run that has closed', () => {
  it(
    'gives the same books and pays for nothing more, to whichever of its workflow tasks it is reset',
    EVERY,
    async () => {
      const handled: string[] = [];
      const save = defineHandler({ handle: (rows) => void handled.push(...rows.map(({ key }) => key)) });
      const world = await BatchWorld.create({ emulator: { scenario: TWO_ROUNDS }, plugin: { handlers: { save } } });
      try {
        await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
        const run = await world.start({ handler: 'save' });
        const books = await booksOf(world, await run.result());
        expect(books).toEqual({ ...exactBooks(ROWS), paidJobs: 2 });
        const closed = { workflowId: run.workflowId, runId: (await run.status()).runId };
        for (const task of await workflowTasksOf(world, closed)) {
          const runId = await resetTo(world, closed, task);
          const again = await booksOf(world, await run.result());
          expect({ task: Number(task), ...again }).toEqual({ task: Number(task), ...books });
          expect((await run.status()).runId).toBe(runId);
          await replayAll(world.temporal.client, [{ ...closed, runId }], WORKFLOWS_PATH);
        }
        expect(handled.toSorted()).toEqual(books.keys);
      } finally {
        await world.close();
      }
    },
  );
});

/** Events to which a run can be reset: what lies between two of them has no life of its own. */
async function workflowTasksOf(
  { temporal }: BatchWorld,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
): Promise<EventId[]> {
  const { events } = await temporal.client.workflow.getHandle(workflowId, runId).fetchHistory();
  return (events ?? []).flatMap(({ workflowTaskCompletedEventAttributes: completed, eventId }) =>
    completed == null || eventId == null ? [] : [eventId],
  );
}

function end(world: BatchWorld): void {
  world.emulator.control(world.paidJobs()[0]?.name ?? '', 'JOB_STATE_SUCCEEDED');
}

/** Resets a run to the workflow task that scheduled an activity; gives the new run's id. */
async function resetToBefore(world: BatchWorld, run: VertexBatchRun, activity: string): Promise<string> {
  const { workflowId } = run;
  const { runId } = await run.status();
  const { events } = await world.temporal.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const scheduled = events
    ?.map((event) => event.activityTaskScheduledEventAttributes)
    .find((attributes) => attributes?.activityType?.name === activity);
  if (scheduled?.workflowTaskCompletedEventId == null) throw new Error(`${workflowId} has not scheduled ${activity}`);
  return await resetTo(world, { workflowId, runId }, scheduled.workflowTaskCompletedEventId);
}

type EventId = NonNullable<
  NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number]['eventId']
>;

async function resetTo(
  { temporal: { client, namespace } }: BatchWorld,
  workflowExecution: { readonly workflowId: string; readonly runId: string },
  workflowTaskFinishEventId: EventId,
): Promise<string> {
  const reset = await client.workflowService.resetWorkflowExecution({
    namespace,
    workflowExecution,
    workflowTaskFinishEventId,
    requestId: randomUUID(),
    reason: 'for a test',
  });
  return reset.runId;
}

/** The memo outlives a reset; only a pending wait tells that the new run has its job. */
async function untilWaiting(run: VertexBatchRun, runId: string): Promise<void> {
  await waitFor(
    async () => {
      const status = await run.status();
      return status.runId === runId && status.pending[0]?.activity === 'vertexBatchAwaitChange';
    },
    { what: `run ${runId} to wait for its job`, timeoutMs: 30_000 },
  );
}
