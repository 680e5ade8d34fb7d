import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { awaitChange, isKeptWaiting } from '../../../src/activities/await-change';
import type { AwaitChangeInput } from '../../../src/activities/contract';
import { GatewayError } from '../../../src/gateways/gateway-error';
import type { VertexJob, VertexJobs } from '../../../src/gateways/vertex-jobs';
import { testAttempt } from '../../support/attempt';

const POLLING = { initialMs: 30_000, maxMs: 600_000 };
const NAME = 'projects/1/locations/us-central1/batchPredictionJobs/7';

function jobs(seen: Partial<VertexJob> | GatewayError): VertexJobs {
  const unused = () => Promise.reject(new Error('nobody asks for that'));
  return {
    async get(name) {
      if (seen instanceof GatewayError) throw seen;
      return aJob({ name, ...seen });
    },
    create: unused,
    describe: unused,
    cancel: unused,
    delete: unused,
    list: () => {
      throw new Error('nobody asks for that');
    },
  };
}

function aJob(job: Partial<VertexJob>): VertexJob {
  return {
    name: NAME,
    displayName: 'summaries',
    model: 'publishers/google/models/gemini-2.5-flash',
    state: 'JOB_STATE_RUNNING',
    error: null,
    counts: null,
    outputDirectory: null,
    labels: {},
    createTime: null,
    startTime: null,
    endTime: null,
    updateTime: null,
    ...job,
  };
}

function counts(succeeded: number, failed = 0) {
  return { succeeded, failed, incomplete: null };
}

function look(seen: Partial<VertexJob> | GatewayError, input: Partial<AwaitChangeInput> = {}, attempt = testAttempt()) {
  const known = { state: 'JOB_STATE_RUNNING', step: 0, since: new Date().toISOString() };
  return awaitChange({ jobs: jobs(seen), polling: POLLING }, { job: NAME, rows: 30_000, known, ...input }, attempt);
}

async function failureOf(waiting: Promise<unknown>): Promise<ApplicationFailure> {
  const error: unknown = await waiting.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof ApplicationFailure) return error;
  throw error;
}

function keptWaiting(error: unknown): 'unchanged' {
  if (isKeptWaiting(error)) return 'unchanged';
  throw error;
}

describe('awaitChange', () => {
  it('returns a job whose state differs from what is known', async () => {
    const observed = await look({ state: 'JOB_STATE_SUCCEEDED' });
    expect(observed.job?.state).toBe('JOB_STATE_SUCCEEDED');
    expect(Math.abs(Date.parse(observed.checkedAt) - Date.now())).toBeLessThan(5_000);
  });

  it.each([
    ['a quarter is done', counts(7_499, 1), 0, true],
    ['a quarter isn’t done', counts(7_498, 1), 0, false],
    ['the known quarter is done', counts(14_999), 1, false],
    ['the next quarter is done', counts(15_000), 1, true],
    ['counts went back', counts(10), 2, false],
    ['all is done but the end', counts(30_000), 3, false],
  ])('tells a change of progress when %s', async (_, seen, step, changed) => {
    const known = { state: 'JOB_STATE_RUNNING', step, since: new Date().toISOString() };
    const told = await look({ counts: seen }, { known }).then(({ job }) => job?.counts, keptWaiting);
    expect(told).toEqual(changed ? seen : 'unchanged');
  });

  it('fails benignly while nothing changes, with the delay and what it saw', async () => {
    const failure = await failureOf(look({ counts: counts(7_000, 300) }));
    expect(failure).toMatchObject({
      type: 'Waiting',
      category: ApplicationFailureCategory.BENIGN,
      nonRetryable: false,
    });
    expect(failure.message).toMatch(
      /^Waiting, not failing: JOB_STATE_RUNNING · 7,300 of 30,000 \(24 %\) · next look \d\d:\d\dZ$/,
    );
    const [details] = failure.details as [{ checkedAt: string; nextCheckAt: string }];
    expect(details).toMatchObject({ state: 'JOB_STATE_RUNNING', counts: { succeeded: 7_000, failed: 300 } });
    expect(Date.parse(details.nextCheckAt) - Date.parse(details.checkedAt)).toBe(failure.nextRetryDelay);
    expect(failure.nextRetryDelay).toBeGreaterThanOrEqual(28_500);
    expect(failure.nextRetryDelay).toBeLessThanOrEqual(33_000);
  });

  it('makes up no numbers where the service gives none', async () => {
    expect((await failureOf(look({}))).message).toMatch(/^Waiting, not failing: JOB_STATE_RUNNING · next look/);
    expect((await failureOf(look({ counts: counts(3) }, { rows: 0 }))).message).toContain('RUNNING · 3 · next look');
  });

  it('looks more seldom the longer the state lasts', async () => {
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const failure = await failureOf(look({}, { known: { state: 'JOB_STATE_RUNNING', step: 0, since } }));
    expect(failure.nextRetryDelay).toBe(600_000);
  });

  it.each([{ once: true }, { stuck: true }])('returns at the first look when told so: %o', async (told) => {
    expect((await look({}, told)).job?.state).toBe('JOB_STATE_RUNNING');
  });

  it('returns that the service has no such job any more', async () => {
    const gone = new GatewayError('not-found', 'not found', { status: 404, effect: 'refused' });
    expect((await look(gone)).job).toBeNull();
  });

  it('leaves a failed look to the rules of retrying', async () => {
    await expect(look(new GatewayError('unavailable', 'reset'))).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('logs a state that nobody has heard of, and waits on', async () => {
    const attempt = testAttempt();
    const known = { state: 'JOB_STATE_DREAMING', step: 0, since: new Date().toISOString() };
    await expect(look({ state: 'JOB_STATE_DREAMING' }, { known }, attempt)).rejects.toSatisfy(isKeptWaiting);
    expect(attempt.warnings).toEqual(['Unknown state JOB_STATE_DREAMING counts as still running']);
  });
});
