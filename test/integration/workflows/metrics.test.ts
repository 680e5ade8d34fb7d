import { afterAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../src/dev/free-port';
import { WORKFLOWS_PATH, prompts } from '../../support/batch-world';
import { CrashWorld } from '../../support/crash-world';
import { untilState } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

const ROWS = 10;
const PRICE = { input: 1, output: 2, source: 'contract' };

/** One line of what Prometheus reads. */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

describe('the metrics of a worker', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it('count runs, rows, tokens, cost, states, attention and requests, and have no id in a label', async () => {
    const port = await freePort();
    const crash = await CrashWorld.create({
      scenario: {
        rows: [{ outcome: 'blocked', share: 0.3 }],
        transitions: [
          { state: 'JOB_STATE_PENDING' },
          { state: 'JOB_STATE_RUNNING' },
          { state: 'JOB_STATE_PAUSED', hold: true },
          { state: 'JOB_STATE_SUCCEEDED' },
        ],
      },
      plugin: { prices: { date: '2026-01-31', models: { 'gemini-2.5-flash': [PRICE] } } },
    });
    try {
      const { world } = crash;
      crash.startWorker({ prometheusPort: port });
      await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
      const run = await world.start({ rounds: 0 });
      await untilState(run, 'JOB_STATE_PAUSED');
      const [job] = world.paidJobs();
      world.emulator.control(job?.name ?? '', 'JOB_STATE_SUCCEEDED');
      const { rows, usage, cost } = await run.result();
      await waitFor(
        async () => (await samplesAt(port)).some(({ name }) => name.startsWith('vertex_batch_runs_closed')),
        {
          what: 'the metrics to show the end of the run',
        },
      );
      const samples = await samplesAt(port);
      const model = 'gemini-2.5-flash';
      const value = (name: string, labels: object) => valueOf(samples, name, labels);
      expect(value('runs_closed', { outcome: 'partial', reason: 'RowsUnanswered', model })).toBe(1);
      expect(value('rows', { outcome: 'answered', model })).toBe(rows.answered);
      expect(value('rows', { outcome: 'blocked', model })).toBe(rows.blocked);
      expect(value('tokens', { type: 'prompt', model })).toBe(usage.promptTokenCount);
      expect(value('tokens', { type: 'candidates', model })).toBe(usage.candidatesTokenCount);
      expect(value('cost_usd_sum', { model })).toBeCloseTo(cost?.usd ?? Number.NaN);
      expect(value('job_state_seconds_count', { state: 'JOB_STATE_PAUSED' })).toBe(1);
      expect(value('attention', { type: 'JobPaused' })).toBe(1);
      expect(value('google_requests', { call: 'jobs.create', status: '200' })).toBe(1);
      expect(value('google_requests', { call: 'storage.read', status: '206' })).toBeGreaterThan(0);
      const ours = samples.filter(({ name }) => name.startsWith('vertex_batch_'));
      const shown = ours.flatMap(({ labels }) => Object.entries(labels)).map(([name, text]) => `${name}=${text}`);
      expect(
        shown.filter((label) => label.includes(run.workflowId) || label.includes(job?.name.split('/').at(-1) ?? '')),
      ).toEqual([]);
    } finally {
      await crash.close();
    }
  });
});

async function samplesAt(port: number): Promise<Sample[]> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return text.split('\n').flatMap((line) => {
    const [, name = '', labels = '', value = ''] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (name === '') return [];
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', text_ = '']) => [label, text_]);
    return [{ name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) }];
  });
}

/** The value with at least these labels; a counter may be called `…_total`. */
function valueOf(samples: readonly Sample[], name: string, labels: object): number | undefined {
  const names = [`vertex_batch_${name}`, `vertex_batch_${name}_total`];
  return samples.find(
    (sample) =>
      names.includes(sample.name) && Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
  )?.value;
}
