import { randomUUID } from 'node:crypto';
import { ScheduleOverlapPolicy, type ScheduleHandle, type ScheduleOptions } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchResult } from '../../../src/messages';
import type { StartRequest } from '../../../src/client';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { replayAll } from '../../support/replay';
import type { StartedWorkflow } from '../../support/started-workflows';
import { waitFor } from '../../support/wait-for';

const NIGHT = new Date('2026-10-24T22:30:00Z');

describe('a run that a Schedule starts', () => {
  let world: BatchWorld;
  const schedules: ScheduleHandle[] = [];
  const started: StartedWorkflow[] = [];

  beforeAll(async () => {
    world = await BatchWorld.create({ emulator: { scenario: { durations: { JOB_STATE_RUNNING: 50 } } } });
  });

  afterAll(async () => {
    await Promise.all(schedules.map((made) => made.delete()));
    await replayAll(world.temporal.client, started, WORKFLOWS_PATH);
    await world.close();
  });

  /** A Schedule that starts nothing by itself. */
  async function schedule(
    request: Partial<StartRequest>,
    policies: ScheduleOptions['policies'] = {},
  ): Promise<ScheduleHandle> {
    const handle = await world.temporal.client.schedule.create({
      scheduleId: `nightly-${randomUUID()}`,
      // once a day, in the time zone of the request
      spec: { calendars: [{ hour: 0, minute: 30 }], ...(request.timeZone && { timezone: request.timeZone }) },
      policies,
      state: { paused: true },
      action: world.client.scheduleAction(world.request(request)),
    });
    schedules.push(handle);
    return handle;
  }

  /** Waits for the run that the Schedule started, and for its end. */
  async function endOf(handle: ScheduleHandle): Promise<{ workflowId: string; ended: Promise<BatchResult> }> {
    const actions = async () => (await handle.describe()).info.recentActions;
    await waitFor(async () => (await actions()).length > 0, { what: 'the run of the Schedule', timeoutMs: 30_000 });
    const workflow = (await actions())[0]?.action.workflow;
    const workflowId = workflow?.workflowId ?? '';
    started.push({ workflowId, runId: workflow?.firstExecutionRunId ?? '' });
    return { workflowId, ended: world.client.run(workflowId).result() };
  }

  it('reads the input of the day it was meant for, in the time zone of the request', async () => {
    await world.put('gs://acme/nightly/2026-10-25/a.jsonl', prompts(3));
    const workflowId = `summaries-${randomUUID()}`;
    const handle = await schedule({
      workflowId,
      input: 'gs://acme/nightly/{scheduledDate}/*.jsonl',
      displayName: 'night of {scheduledTime}',
      timeZone: 'Europe/Rome',
    });
    // what a Schedule missed is started long after the time it was meant for
    await handle.backfill({ start: NIGHT, end: NIGHT, overlap: ScheduleOverlapPolicy.ALLOW_ALL });
    const { workflowId: id, ended } = await endOf(handle);
    expect(id).toBe(`${workflowId}-2026-10-24T22:30:00Z`);
    const result = await ended;
    expect(result).toMatchObject({ outcome: 'succeeded', rows: { input: 3, answered: 3 } });
    expect(result.directory).toContain(`/${encodeURIComponent(id)}/`);
    const job = world.paidJobs().find(({ name }) => name === result.jobs[0]?.name);
    expect(job?.displayName).toMatch(/^night of 2026-10-25T00:30:00\+02:00 [0-9a-f]{32}-p1-r1-a1$/);
    expect((await world.client.run(id).status()).execution).toBe('COMPLETED');
  });

  it('is red when it fails, so that pauseOnFailure pauses the Schedule', async () => {
    await world.put('gs://acme/bad/a.jsonl', ['{"request": 7}']);
    const handle = await schedule({ input: 'gs://acme/bad/*.jsonl' }, { pauseOnFailure: true });
    await handle.unpause();
    // a Schedule learns how its runs end unless it lets them overlap, as a trigger does by default
    await handle.trigger(ScheduleOverlapPolicy.SKIP);
    const { ended } = await endOf(handle);
    await expect(ended).rejects.toMatchObject({ type: 'InvalidInput' });
    await waitFor(async () => (await handle.describe()).state.paused, { what: 'the pause', timeoutMs: 30_000 });
  });

  it('of an empty input fails as InvalidInput, and with allowEmptyInput succeeds with 0 rows', async () => {
    await world.put('gs://acme/blank/a.jsonl', []);
    const [refused, allowed, unmatched] = await Promise.all([
      schedule({ input: 'gs://acme/blank/*.jsonl' }),
      schedule({ input: 'gs://acme/blank/*.jsonl', allowEmptyInput: true }),
      schedule({ input: 'gs://acme/{scheduledDate}-nothing/*.jsonl', allowEmptyInput: true, minAnsweredShare: 1 }),
    ]);
    const before = world.paidJobs().length;
    for (const handle of [refused, allowed, unmatched]) await handle.trigger();
    const [first, second, third] = await Promise.all([refused, allowed, unmatched].map(endOf));
    await expect(first?.ended).rejects.toMatchObject({ type: 'InvalidInput' });
    for (const empty of [second, third]) {
      const result = await empty?.ended;
      expect(result).toMatchObject({ outcome: 'succeeded', reason: null, rows: { input: 0, answered: 0 }, jobs: [] });
      expect(JSON.parse(await world.read(result?.manifest ?? ''))).toMatchObject({ result: { outcome: 'succeeded' } });
    }
    expect(world.paidJobs()).toHaveLength(before);
  });

  it('by hand, without a Schedule, has no scheduled date', async () => {
    await expect(world.start({ input: 'gs://acme/{scheduledDate}/*.jsonl' })).rejects.toMatchObject({
      type: 'InvalidRequest',
      message: expect.stringContaining('no Schedule started this run') as string,
    });
  });
});
