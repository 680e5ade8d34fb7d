import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { VertexBatchRun } from '../../../src/client';
import { defineHandler } from '../../../src/define-handler';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { untilState } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { RunPage } from '../../support/run-page';

const UI = inject('temporalUiUrl');

/** A job that runs until it is told to end. */
const HELD = [{ state: 'JOB_STATE_RUNNING', hold: true }, { state: 'JOB_STATE_SUCCEEDED' }] as const;

describe.skipIf(UI === null)('a run in the Temporal UI (skipped where TEMPORAL_ADDRESS brings none)', () => {
  let world: BatchWorld;
  let page: RunPage;
  let run: VertexBatchRun;
  let job: string;

  beforeAll(async () => {
    world = await BatchWorld.create({
      emulator: { scenario: { transitions: HELD } },
      plugin: { handlers: { note: defineHandler({ handle() {} }) }, polling: { initial: 200, max: 2_000 } },
    });
    page = await RunPage.launch(UI ?? '', world.temporal);
    await world.put('gs://acme/in/prompts.jsonl', prompts(40));
    run = await world.start({ handler: 'note' });
    await untilState(run, 'JOB_STATE_RUNNING');
    job = world.paidJobs()[0]?.name ?? '';
  });

  afterAll(async () => {
    await page.close();
    await replayStarted(world.temporal.client, WORKFLOWS_PATH);
    await world.close();
  });

  it('says what it is, where it stands and how to stop it', { timeout: 120_000 }, async () => {
    await page.open(run, 'user-metadata');
    expect(await page.lacks('gemini-2.5-flash · gs://acme/in/*.jsonl → note', 'output gs://acme/out/')).toEqual([]);
    expect(
      await page.lacks('RUNNING since', '40 rows', 'estimated cost $', `vertex-batch cancel ${run.workflowId}`),
    ).toEqual([]);
    const links = await page.linksNamed(jobId(job));
    expect(links).toEqual([expect.stringContaining(`/batch-predictions/${jobId(job)}?project=`)]);
    await page.photograph('running-details');
  });

  it('waits, and does not look as if it failed', { timeout: 120_000 }, async () => {
    await page.open(run, 'pending-activities');
    expect(await page.lacks('vertexBatchAwaitChange', 'Waiting, not failing: JOB_STATE_RUNNING', 'of 40')).toEqual([]);
    expect(await page.text()).not.toContain('await-change');
    await page.photograph('running-pending');
  });

  it('tells its story in the summaries of its steps', { timeout: 120_000 }, async () => {
    await page.open(run, 'timeline');
    expect(
      await page.lacks(
        'Check the request and find the handler',
        'Find gs://acme/in/*.jsonl',
        'Validate range 1 of 1',
        'Create the job of part 1, round 1 (claim a1)',
        `Wait for job ${jobId(job)} to leave RUNNING`,
        'Deadline of the run',
      ),
    ).toEqual([]);
    await page.photograph('running-timeline');
  });

  it('shows how it ended', { timeout: 120_000 }, async () => {
    world.emulator.control(job, 'JOB_STATE_SUCCEEDED');
    await run.result();
    await page.open(run, 'user-metadata');
    expect(
      await page.lacks(
        'closed: succeeded',
        '40 rows = 40 answered + 0 blocked + 0 failed + 0 missing',
        'handled 40',
        '(estimated $0.01, prices of',
      ),
    ).toEqual([]);
    await page.photograph('closed-details');
    await page.open(run, 'timeline');
    expect(await page.lacks('Completed', 'note: range 1 of 1', 'Write the manifest, delete what was staged')).toEqual(
      [],
    );
    await page.photograph('closed-timeline');
  });
});

function jobId(name: string): string {
  return name.split('/').at(-1) ?? name;
}
