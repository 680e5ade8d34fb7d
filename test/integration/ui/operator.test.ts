import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { VertexBatchRun } from '../../../src/client';
import type { Scenario } from '../../../src/emulator/scenario';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { untilAttention } from '../../support/life-stories';
import { replayQueue } from '../../support/replay';
import { RunPage } from '../../support/run-page';

vi.setConfig({ testTimeout: 120_000 });

const UI = inject('temporalUiUrl');
const ROWS = 10;

/** The job doesn't show in listings, whether or not the create made one. */
const UNSEEN = { listing: { lagMs: 3_600_000 } };
const ACCEPTED: Scenario = { ...UNSEEN, faults: [{ call: 'create', fault: { kind: 'lost-answer' } }] };
const LOST: Scenario = { ...UNSEEN, faults: [{ call: 'create', fault: { kind: 'status', status: 503 } }] };

describe.skipIf(UI === null)('a person who helps a run on in the Temporal UI (skipped where there is none)', () => {
  let world: BatchWorld;
  let page: RunPage;

  beforeAll(async () => {
    world = await BatchWorld.create({ plugin: { timeouts: { submit: '2s' } } });
    page = await RunPage.launch(UI ?? '', world.temporal);
    await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
  });

  afterAll(async () => {
    await page.close();
    await world.close();
    await replayQueue(world.temporal.client, world.taskQueue, WORKFLOWS_PATH);
  });

  it('names the job that a create made', async () => {
    const run = await askingRun(ACCEPTED);
    const [job] = world.paidJobs(run);
    const offered = await page.sendUpdate('adoptJob', { name: job?.name });
    expect(offered).toContain('Names the job that an unanswered create made');
    await endsWell(run);
    expect(world.paidJobs(run)).toHaveLength(1);
  });

  it('has the create sent again that made none', async () => {
    const run = await askingRun(LOST);
    expect(world.paidJobs(run)).toEqual([]);
    const offered = await page.sendUpdate('resubmit');
    expect(offered).toContain('pays twice if the first one was accepted');
    await endsWell(run);
    expect(world.paidJobs(run)).toHaveLength(1);
  });

  /** A run that waits for a person, and its page, which says for what. */
  async function askingRun(scenario: Scenario): Promise<VertexBatchRun> {
    world.emulator.setScenario(scenario);
    const run = await world.start();
    await untilAttention(run, 'SubmissionUnknown');
    await page.open(run, 'user-metadata');
    expect(await page.lacks('SubmissionUnknown: nobody knows whether', 'Answer with adoptJob or resubmit')).toEqual([]);
    return run;
  }

  async function endsWell(run: VertexBatchRun): Promise<void> {
    expect(await run.result()).toMatchObject({ outcome: 'succeeded', rows: { input: ROWS, answered: ROWS } });
    await page.open(run, 'user-metadata');
    expect(await page.lacks('closed: succeeded', `${ROWS} rows = ${ROWS} answered`)).toEqual([]);
    await page.photograph(`helped-${run.workflowId}`);
  }
});
