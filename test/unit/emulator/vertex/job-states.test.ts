import { describe, expect, it } from 'vitest';

import type { Scenario } from '../../../../src/emulator';
import { EmulatorBench, someRows } from '../../../support/an-emulator';

async function aJobIn(scenario: Scenario, rows = 10) {
  const bench = new EmulatorBench({ scenario });
  await bench.put('gs://bucket/in.jsonl', someRows(rows));
  const { name } = await bench.create();
  return { bench, name };
}

async function statesOf({ bench, name }: Awaited<ReturnType<typeof aJobIn>>, ms: number): Promise<string[]> {
  const states: string[] = [];
  for (let at = 0; at < ms; at += 1) {
    const { state } = await bench.get(name);
    if (states.at(-1) !== state) states.push(state);
    await bench.emulator.advance(1);
  }
  return states;
}

describe('the life of a job', () => {
  it('goes from PENDING over RUNNING to SUCCEEDED, and times go up', async () => {
    const { bench, name } = await aJobIn({});
    expect(await statesOf({ bench, name }, 100)).toEqual([
      'JOB_STATE_PENDING',
      'JOB_STATE_RUNNING',
      'JOB_STATE_SUCCEEDED',
    ]);
    const job = await bench.get(name);
    const times = [job.createTime, job.startTime ?? '', job.endTime ?? ''];
    expect(times).toEqual([...times].sort());
    expect(job.updateTime).toBe(job.endTime);
    for (const time of times) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  it('goes on when nobody looks', async () => {
    const { bench, name } = await aJobIn({});
    await bench.emulator.advance(60);
    expect((await bench.get(name)).state).toBe('JOB_STATE_SUCCEEDED');
    expect(await bench.outputRows()).toHaveLength(10);
  });

  it('takes transitions as they are written, PAUSED and back and a state nobody has heard of', async () => {
    const aLife = await aJobIn({
      transitions: [
        { state: 'JOB_STATE_QUEUED', ms: 5 },
        { state: 'JOB_STATE_PENDING', ms: 5 },
        { state: 'JOB_STATE_RUNNING', ms: 10 },
        { state: 'JOB_STATE_PAUSED', ms: 5 },
        { state: 'JOB_STATE_HIBERNATING', ms: 5 },
        { state: 'JOB_STATE_UPDATING', ms: 5 },
        { state: 'JOB_STATE_RUNNING', ms: 10 },
        { state: 'JOB_STATE_SUCCEEDED' },
      ],
    });
    expect(await statesOf(aLife, 60)).toEqual([
      'JOB_STATE_QUEUED',
      'JOB_STATE_PENDING',
      'JOB_STATE_RUNNING',
      'JOB_STATE_PAUSED',
      'JOB_STATE_HIBERNATING',
      'JOB_STATE_UPDATING',
      'JOB_STATE_RUNNING',
      'JOB_STATE_SUCCEEDED',
    ]);
    expect(await aLife.bench.outputRows()).toHaveLength(10);
  });

  it('holds a state until it is moved', async () => {
    const { bench, name } = await aJobIn({
      transitions: [
        { state: 'JOB_STATE_PENDING', hold: true },
        { state: 'JOB_STATE_RUNNING', ms: 10 },
        { state: 'JOB_STATE_SUCCEEDED' },
      ],
    });
    await bench.emulator.advance(10_000);
    expect((await bench.get(name)).state).toBe('JOB_STATE_PENDING');
    bench.emulator.control(name, 'JOB_STATE_RUNNING');
    await bench.emulator.advance(5);
    expect((await bench.get(name)).state).toBe('JOB_STATE_RUNNING');
    await bench.emulator.advance(6);
    expect((await bench.get(name)).state).toBe('JOB_STATE_SUCCEEDED');
  });

  it('lets a running job be paused and resumed from outside, with the rest of its time', async () => {
    const { bench, name } = await aJobIn({}, 20);
    await bench.emulator.advance(40);
    bench.emulator.control(name, 'JOB_STATE_PAUSED');
    const paused = await bench.get(name);
    expect(paused.state).toBe('JOB_STATE_PAUSED');
    await bench.emulator.advance(1000);
    expect((await bench.get(name)).completionStats).toEqual(paused.completionStats);
    bench.emulator.control(name, 'JOB_STATE_RUNNING');
    await bench.emulator.advance(15);
    expect((await bench.get(name)).state).toBe('JOB_STATE_RUNNING');
    await bench.emulator.advance(10);
    expect((await bench.get(name)).state).toBe('JOB_STATE_SUCCEEDED');
    expect(await bench.outputRows()).toHaveLength(20);
  });

  it('refuses to move a job that has ended or was never created', async () => {
    const { bench, name } = await aJobIn({});
    await bench.emulator.advance(100);
    expect(() => bench.emulator.control(name, 'JOB_STATE_RUNNING')).toThrow(/has ended as JOB_STATE_SUCCEEDED/);
    expect(() => bench.emulator.control('projects/1/x', 'JOB_STATE_RUNNING')).toThrow(/No emulated job is named/);
  });

  it('counts rows while the job runs, as strings and without zeros', async () => {
    const { bench, name } = await aJobIn({}, 100);
    expect((await bench.get(name)).completionStats).toBeUndefined();
    await bench.emulator.advance(40);
    expect((await bench.get(name)).completionStats).toEqual({ successfulCount: '50', incompleteCount: '50' });
    await bench.emulator.advance(20);
    expect((await bench.get(name)).completionStats).toEqual({ successfulCount: '100' });
  });

  it('keeps counts back until the end when the scenario says so', async () => {
    const { bench, name } = await aJobIn({ liveStats: false });
    await bench.emulator.advance(40);
    expect((await bench.get(name)).completionStats).toBeUndefined();
    await bench.emulator.advance(20);
    expect((await bench.get(name)).completionStats).toEqual({ successfulCount: '10' });
  });

  it.each([
    ['JOB_STATE_FAILED', { code: 13, message: 'System error. Please try this operation again' }],
    ['JOB_STATE_CANCELLED', { code: 1, message: 'CANCELED' }],
    ['JOB_STATE_EXPIRED', undefined],
    ['JOB_STATE_PARTIALLY_SUCCEEDED', undefined],
  ])('ends %s with the rows that were done', async (state, error) => {
    const { bench, name } = await aJobIn({ end: { state, finishedShare: 0.3 } });
    await bench.emulator.advance(100);
    const job = await bench.get(name);
    expect(job).toMatchObject({ state, completionStats: { successfulCount: '3', incompleteCount: '7' } });
    expect(job.error).toEqual(error);
    expect(await bench.outputRows()).toHaveLength(3);
  });

  it('expires in the queue without having run a row', async () => {
    const { bench, name } = await aJobIn({ end: { state: 'JOB_STATE_EXPIRED' }, endTimeAlways: false });
    await bench.emulator.advance(100);
    const job = await bench.get(name);
    expect(job.state).toBe('JOB_STATE_EXPIRED');
    for (const field of ['startTime', 'endTime', 'completionStats', 'outputInfo', 'error'])
      expect(job).not.toHaveProperty(field);
  });

  it('leaves an incremental file of a job that died, when the scenario says so', async () => {
    const { bench } = await aJobIn({
      end: { state: 'JOB_STATE_FAILED', finishedShare: 0.5 },
      output: { incremental: true },
    });
    await bench.emulator.advance(100);
    expect(bench.emulator.jobs()[0]?.outputFiles[0]).toMatch(/\/incremental_predictions\.jsonl$/);
    expect(await bench.outputRows()).toHaveLength(5);
  });

  it('fails with code 7 after the rows were run and billed when the output may not be written', async () => {
    const { bench, name } = await aJobIn({ output: { denied: true } });
    await bench.emulator.advance(100);
    const { error, state } = await bench.get(name);
    expect(state).toBe('JOB_STATE_FAILED');
    expect(error?.code).toBe(7);
    expect(error?.message).toMatch(
      /^Service account service-\d+@gcp-sa-aiplatform\.iam\.gserviceaccount\.com doesn't have sufficient permission "storage\.objects\.create" to write gs:\/\/bucket\/out\/prediction-model-.*\/predictions\.jsonl\.$/,
    );
    expect(bench.emulator.jobs()[0]).toMatchObject({ rows: { billed: 10 }, outputFiles: [] });
  });

  it('vanishes when the scenario says so', async () => {
    const { bench, name } = await aJobIn({ vanishAfterMs: 30 });
    expect((await bench.call('GET', `/v1/${name}`)).status).toBe(200);
    await bench.emulator.advance(30);
    expect((await bench.call('GET', `/v1/${name}`)).status).toBe(404);
    expect(bench.emulator.jobs()).toHaveLength(1);
  });

  it.each([
    ['created', ['JOB_STATE_PENDING', 'JOB_STATE_RUNNING', 'JOB_STATE_SUCCEEDED']],
    ['running', ['JOB_STATE_RUNNING', 'JOB_STATE_SUCCEEDED']],
    ['end', ['JOB_STATE_SUCCEEDED']],
  ] as const)('shows outputInfo from %s on', async (infoAppears, states) => {
    const { bench, name } = await aJobIn({ output: { infoAppears } });
    const seen = new Set<string>();
    for (let at = 0; at < 70; at += 5) {
      const job = await bench.get(name);
      if (job.outputInfo !== undefined) seen.add(job.state);
      await bench.emulator.advance(5);
    }
    expect([...seen]).toEqual(states);
  });
});

describe('cancelling', () => {
  it('ends a pending job without counts, with code 1', async () => {
    const { bench, name } = await aJobIn({});
    expect(await bench.json('POST', `/v1/${name}:cancel`, {})).toEqual({});
    expect((await bench.get(name)).state).toBe('JOB_STATE_CANCELLING');
    await bench.emulator.advance(10);
    const job = await bench.get(name);
    expect(job).toMatchObject({ state: 'JOB_STATE_CANCELLED', error: { code: 1, message: 'CANCELED' } });
    expect(job.completionStats).toBeUndefined();
  });

  it('keeps and bills what a running job has done', async () => {
    const { bench, name } = await aJobIn({}, 100);
    await bench.emulator.advance(40);
    await bench.call('POST', `/v1/${name}:cancel`, {});
    await bench.emulator.advance(1000);
    expect(await bench.get(name)).toMatchObject({
      state: 'JOB_STATE_CANCELLED',
      completionStats: { successfulCount: '50', incompleteCount: '50' },
    });
    expect(await bench.outputRows()).toHaveLength(50);
    expect(bench.emulator.jobs()[0]?.rows.billed).toBe(50);
  });

  it('can end SUCCEEDED with every row', async () => {
    const { bench, name } = await aJobIn({ cancel: { ms: 30, end: 'JOB_STATE_SUCCEEDED' } });
    await bench.emulator.advance(30);
    await bench.call('POST', `/v1/${name}:cancel`, {});
    await bench.emulator.advance(29);
    expect((await bench.get(name)).state).toBe('JOB_STATE_CANCELLING');
    await bench.emulator.advance(1);
    expect((await bench.get(name)).state).toBe('JOB_STATE_SUCCEEDED');
    expect(await bench.outputRows()).toHaveLength(10);
  });

  it('refuses a job that has ended, and takes a second cancel of one that has not', async () => {
    const { bench, name } = await aJobIn({});
    await bench.call('POST', `/v1/${name}:cancel`, {});
    expect((await bench.call('POST', `/v1/${name}:cancel`, {})).status).toBe(200);
    await bench.emulator.advance(10);
    const refused = await bench.call('POST', `/v1/${name}:cancel`, {});
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { code: 400, status: 'FAILED_PRECONDITION' } });
  });
});

describe('deleting', () => {
  it('refuses an unfinished job and gives an operation for a finished one', async () => {
    const { bench, name } = await aJobIn({});
    const refused = await bench.call('DELETE', `/v1/${name}`);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { status: 'FAILED_PRECONDITION' } });
    await bench.emulator.advance(100);
    const operation = await bench.json<{ name: string }>('DELETE', `/v1/${name}`);
    expect(operation).toMatchObject({ done: true, response: { '@type': 'type.googleapis.com/google.protobuf.Empty' } });
    expect(await bench.json('GET', `/v1/${operation.name}`)).toEqual(operation);
    expect((await bench.call('GET', `/v1/${name}`)).status).toBe(404);
    expect(bench.emulator.jobs()[0]?.deleted).toBe(true);
  });
});
