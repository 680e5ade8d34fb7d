import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { VertexBatchRun } from '../../../src/client';
import { defineHandler } from '../../../src/define-handler';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { launchBrowser } from '../../support/browser';
import { untilState } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { waitFor } from '../../support/wait-for';

const UI = inject('temporalUiUrl');

/** A job that runs until it is told to end. */
const HELD = [{ state: 'JOB_STATE_RUNNING', hold: true }, { state: 'JOB_STATE_SUCCEEDED' }] as const;

/** Pages of a run, by the last part of their address. */
type Tab = 'timeline' | 'user-metadata' | 'pending-activities';

describe.skipIf(UI === null)('a run in the Temporal UI (skipped where TEMPORAL_ADDRESS brings none)', () => {
  let world: BatchWorld;
  let browser: Browser;
  let page: Page;
  let screenshots: string;
  let run: VertexBatchRun;
  let job: string;

  beforeAll(async () => {
    screenshots = await mkdtemp(join(tmpdir(), 'vertex-batch-ui-'));
    process.stdout.write(`Screenshots of the Temporal UI are in ${screenshots}\n`);
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1400, height: 1100 } });
    world = await BatchWorld.create({
      emulator: { scenario: { transitions: HELD } },
      plugin: { handlers: { note: defineHandler({ handle() {} }) }, polling: { initial: 200, max: 2_000 } },
    });
    await world.put('gs://acme/in/prompts.jsonl', prompts(40));
    run = await world.start({ handler: 'note' });
    await untilState(run, 'JOB_STATE_RUNNING');
    job = world.paidJobs()[0]?.name ?? '';
  });

  afterAll(async () => {
    await browser.close();
    await replayStarted(world.temporal.client, WORKFLOWS_PATH);
    await world.close();
  });

  it('says what it is, where it stands and how to stop it', { timeout: 120_000 }, async () => {
    await open('user-metadata');
    expect(await lacks('gemini-2.5-flash · gs://acme/in/*.jsonl → note', 'output gs://acme/out/')).toEqual([]);
    expect(
      await lacks('RUNNING since', '40 rows', 'estimated cost $', `vertex-batch cancel ${run.workflowId}`),
    ).toEqual([]);
    const links = await linksNamed(jobId(job));
    expect(links).toEqual([expect.stringContaining(`/batch-predictions/${jobId(job)}?project=`)]);
    await photograph('running-details');
  });

  it('waits, and does not look as if it failed', { timeout: 120_000 }, async () => {
    await open('pending-activities');
    expect(await lacks('vertexBatchAwaitChange', 'Waiting, not failing: JOB_STATE_RUNNING', 'of 40')).toEqual([]);
    expect(await text()).not.toContain('await-change');
    await photograph('running-pending');
  });

  it('tells its story in the summaries of its steps', { timeout: 120_000 }, async () => {
    await open('timeline');
    expect(
      await lacks(
        'Check the request and find the handler',
        'Find gs://acme/in/*.jsonl',
        'Validate range 1 of 1',
        'Create the job of part 1, round 1 (claim a1)',
        `Wait for job ${jobId(job)} to leave RUNNING`,
        'Deadline of the run',
      ),
    ).toEqual([]);
    await photograph('running-timeline');
  });

  it('shows how it ended', { timeout: 120_000 }, async () => {
    world.emulator.control(job, 'JOB_STATE_SUCCEEDED');
    await run.result();
    await open('user-metadata');
    expect(
      await lacks(
        'closed: succeeded',
        '40 rows = 40 answered + 0 blocked + 0 failed + 0 missing',
        'handled 40',
        '(estimated $0.01, prices of',
      ),
    ).toEqual([]);
    await photograph('closed-details');
    await open('timeline');
    expect(await lacks('Completed', 'note: range 1 of 1', 'Write the manifest, delete what was staged')).toEqual([]);
    await photograph('closed-timeline');
  });

  async function open(tab: Tab): Promise<void> {
    const { runId } = await run.status();
    const id = encodeURIComponent(run.workflowId);
    const { namespace } = world.temporal;
    await page.goto(`${UI}/namespaces/${namespace}/workflows/${id}/${runId}/${tab}`, { waitUntil: 'load' });
  }

  /** Markdown is shown in frames of its own. */
  async function text(): Promise<string> {
    const texts = await Promise.all(page.frames().map((frame) => frame.locator('body').innerText({ timeout: 5_000 })));
    return texts.join('\n').replaceAll(/\s+/g, ' ');
  }

  /** What the page still doesn't show when it has had its time. */
  async function lacks(...expected: readonly string[]): Promise<readonly string[]> {
    let missing = expected;
    const isComplete = async () => {
      const shown = await text();
      missing = expected.filter((part) => !shown.includes(part));
      return missing.length === 0;
    };
    await waitFor(isComplete, { what: page.url(), timeoutMs: 60_000, intervalMs: 250 }).catch(() => {});
    return missing;
  }

  async function linksNamed(name: string): Promise<(string | null)[]> {
    const found = await Promise.all(
      page.frames().map(async (frame) => {
        const links = await frame.getByRole('link', { name, exact: true }).all();
        return await Promise.all(links.map((link) => link.getAttribute('href')));
      }),
    );
    return found.flat();
  }

  async function photograph(name: string): Promise<void> {
    await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  }
});

function jobId(name: string): string {
  return name.split('/').at(-1) ?? name;
}
