import { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VertexBatchError, VertexBatchFailedError } from '../../../src/client';
import { VERTEX_BATCH_WORKFLOW } from '../../../src/messages';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { untilState } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { waitFor } from '../../support/wait-for';

describe('starting a known workflow id', () => {
  let world: BatchWorld;

  beforeAll(async () => {
    world = await BatchWorld.create({ emulator: { scenario: { durations: { JOB_STATE_RUNNING: 100 } } } });
    await world.put('gs://acme/in/prompts.jsonl', prompts(5));
  });

  afterAll(async () => {
    await replayStarted(world.temporal.client, WORKFLOWS_PATH);
    await world.close();
  });

  function jobsOf(workflowId: string): number {
    return world.paidJobs().filter((job) => job.displayName.startsWith(`${workflowId} `)).length;
  }

  it('attaches to a running run with the same request, however many start it', async () => {
    const workflowId = 'identity-attach';
    const runs = await Promise.all([1, 2, 3].map(() => world.start({ workflowId })));
    const results = await Promise.all(runs.map((run) => run.result()));
    expect(results.map((result) => result.outcome)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(jobsOf(workflowId)).toBe(1);
  });

  it('answers with the result of a completed run', async () => {
    const workflowId = 'identity-answer';
    const first = await (await world.start({ workflowId })).result();
    const again = await world.start({ workflowId });
    expect(again.started).toBe(false);
    expect(await again.result()).toEqual(first);
    expect(jobsOf(workflowId)).toBe(1);
  });

  it('refuses another request and names the fields that differ', async () => {
    const workflowId = 'identity-other';
    const run = await world.start({ workflowId });
    const other = world.start({ workflowId, model: 'gemini-2.5-pro', labels: { stage: 'prod' } });
    await expect(other).rejects.toMatchObject({ type: 'WorkflowIdTaken' });
    await expect(other).rejects.toThrow(/another model, labels/);
    await run.result();
  });

  it('pays again for a deliberate repeat with a higher rerun', async () => {
    const workflowId = 'identity-rerun';
    const first = await (await world.start({ workflowId })).result();
    const second = await (await world.start({ workflowId, rerun: 1 })).result();
    expect(second.directory).not.toBe(first.directory);
    expect(jobsOf(workflowId)).toBe(2);
  });

  it('adopts the running job of a terminated run', async () => {
    const workflowId = 'identity-adopt';
    world.emulator.setScenario({ durations: { JOB_STATE_RUNNING: 1_500 } });
    const run = await world.start({ workflowId });
    await untilState(run, 'JOB_STATE_RUNNING');
    await world.temporal.client.workflow.getHandle(workflowId).terminate('gone');
    await expect(run.result()).rejects.toMatchObject({ type: 'RunTerminated' });
    world.emulator.setScenario({});
    const result = await (await world.start({ workflowId })).result();
    expect(result).toMatchObject({ outcome: 'succeeded', rows: { answered: 5 } });
    expect(jobsOf(workflowId)).toBe(1);
  });

  it('sends what a cancelled run left unanswered, and only that', async () => {
    const workflowId = 'identity-resume';
    world.emulator.setScenario({ durations: { JOB_STATE_RUNNING: 60_000 } });
    const run = await world.start({ workflowId });
    await untilState(run, 'JOB_STATE_RUNNING');
    await world.temporal.client.workflow.getHandle(workflowId).cancel();
    await expect(run.result()).rejects.toThrow(/the workflow was cancelled/);
    world.emulator.setScenario({});
    const result = await (await world.start({ workflowId })).result();
    expect(result).toMatchObject({ outcome: 'succeeded', rows: { input: 5, answered: 5 } });
    expect(result.jobs.map((job) => [job.round, job.state])).toEqual([
      [1, 'JOB_STATE_CANCELLED'],
      [2, 'JOB_STATE_SUCCEEDED'],
    ]);
    expect(jobsOf(workflowId)).toBe(2);
  });

  it('starts a run that was refused and then granted, on the next claim', async () => {
    const workflowId = 'identity-granted';
    world.emulator.setScenario({ faults: [{ call: 'create', fault: { kind: 'status', status: 403 } }] });
    const refused = (await world.start({ workflowId })).result();
    await expect(refused).rejects.toBeInstanceOf(VertexBatchFailedError);
    await expect(refused).rejects.toMatchObject({ type: 'PermissionDenied' });
    world.emulator.setScenario({});
    const result = await (await world.start({ workflowId })).result();
    expect(result.outcome).toBe('succeeded');
    expect(jobsOf(workflowId)).toBe(1);
    expect(world.paidJobs().at(-1)?.displayName).toMatch(/-p1-r1-a2$/);
  });

  it('leaves an id alone that belongs to another workflow', async () => {
    const workflowId = 'identity-foreign';
    const unnoted = new Client({ connection: world.temporal.connection, namespace: world.temporal.namespace });
    await unnoted.workflow.start('somethingElse', { workflowId, taskQueue: 'nobody-polls-this', args: [] });
    await expect(world.start({ workflowId })).rejects.toThrow(/belongs to a workflow of type somethingElse/);
    await world.temporal.client.workflow.getHandle(workflowId).terminate('test is over');
  });

  it('says that an unknown id is unknown', async () => {
    await expect(world.client.run('identity-nobody').status()).rejects.toMatchObject({ type: 'RunNotFound' });
    await expect(world.client.run('identity-nobody').result()).rejects.toBeInstanceOf(VertexBatchError);
  });

  it('takes no word of an operator when it has closed, or closes meanwhile, and says so', async () => {
    const run = await world.start({ workflowId: 'identity-closed' });
    await run.result();
    const name = 'projects/p/locations/us-central1/batchPredictionJobs/1';
    const closed = { type: 'RunClosed', message: expect.stringContaining('has closed (completed)') as string };
    await expect(run.adoptJob({ name })).rejects.toMatchObject(closed);
    await expect(run.resubmit()).rejects.toMatchObject(closed);
    await expect(run.checkNow()).rejects.toMatchObject(closed);
    await expect(world.client.run('identity-nobody').checkNow()).rejects.toMatchObject({ type: 'RunNotFound' });

    const workflowId = 'identity-closing';
    const handle = await world.temporal.client.workflow.start(VERTEX_BATCH_WORKFLOW, {
      workflowId,
      taskQueue: 'nobody-polls-this',
      args: [{}],
    });
    const asked = world.client.run(workflowId).checkNow();
    const [refused] = await Promise.allSettled([asked, handle.terminate('while it is asked')]);
    expect(refused).toMatchObject({ status: 'rejected', reason: { type: 'RunClosed' } });
  });

  it('refuses a cron schedule, whose runs would all be one', async () => {
    const handle = await world.temporal.client.workflow.start(VERTEX_BATCH_WORKFLOW, {
      workflowId: 'identity-cron',
      taskQueue: world.taskQueue,
      args: [{}],
      cronSchedule: '@every 1s',
    });
    const first = world.temporal.client.workflow.getHandle('identity-cron', handle.firstExecutionRunId);
    const failure = await waitFor(
      async () => (await first.fetchHistory()).events?.at(-1)?.workflowExecutionFailedEventAttributes?.failure,
      { what: 'the first run of the cron schedule to end', timeoutMs: 20_000 },
    );
    expect(failure.applicationFailureInfo?.type).toBe('InvalidRequest');
    expect(failure.message).toContain('use a Temporal Schedule');
    await world.temporal.client.workflow.getHandle('identity-cron').terminate('test is over');
  });

  it('refuses a request of a starter in another language in the same words', async () => {
    const handle = await world.temporal.client.workflow.start(VERTEX_BATCH_WORKFLOW, {
      workflowId: 'identity-raw',
      taskQueue: world.taskQueue,
      args: [{ ...world.request(), workflowId: undefined, modle: 'x' }],
    });
    await expect(handle.result()).rejects.toMatchObject({
      cause: {
        type: 'InvalidRequest',
        message: expect.stringContaining('unknown field modle, did you mean "model"?') as string,
      },
    });
  });
});
