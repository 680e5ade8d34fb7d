import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import type { AcceptedRun } from '../../../src/activities/contract';
import { createBatchActivities, type BatchDependencies } from '../../../src/activities/create-batch-activities';
import { defineHandler, type Handlers } from '../../../src/define-handler';
import { AccessTokensFixed } from '../../../src/gateways/access-tokens-google';
import { LoadJobsRest } from '../../../src/gateways/load-jobs-rest';
import { TableStoreMemory } from '../../../src/gateways/table-store-memory';
import { LIST_PRICES } from '../../../src/schemas/price-table';
import { A_KEY, aSubmission, SubmitSide } from '../../support/submit-side';

const REQUEST = {
  project: 'acme',
  location: 'us-central1',
  model: 'gemini-2.5-flash',
  input: 'gs://acme/in.jsonl',
  output: 'gs://acme/answers',
};

function activities(side: SubmitSide, dependencies: Partial<BatchDependencies> = {}) {
  return createBatchActivities({
    store: side.store,
    tables: new TableStoreMemory(),
    loads: new LoadJobsRest({ tokens: new AccessTokensFixed(), endpoint: 'http://localhost' }),
    jobs: side.jobs,
    handlers: {},
    polling: { initialMs: 30_000, maxMs: 600_000 },
    prices: LIST_PRICES,
    concurrency: { validate: 4, collect: 4 },
    guard: { attentionAfter: { failures: 3, ms: 60_000 }, handlerAttentionMs: 300_000, timeScale: 1 },
    timing: { submitMs: 120_000, heartbeatMs: 20_000, lookIntervalMs: 30_000 },
    handlerGraceMs: 600_000,
    ...dependencies,
  });
}

function environment(info: { workflowId?: string; waitedMs?: number } = {}): MockActivityEnvironment {
  const { workflowId = 'summaries/2026', waitedMs = 0 } = info;
  return new MockActivityEnvironment(
    {
      workflowNamespace: 'production',
      workflowExecution: { workflowId, runId: '00000000-0000-0000-0000-000000000000' },
      scheduledTimestampMs: Date.now() - waitedMs,
      currentAttemptScheduledTimestampMs: Date.now(),
    },
    { logger: new DefaultLogger('ERROR') },
  );
}

async function accept(
  request: unknown,
  { handlers = {}, ...info }: { handlers?: Handlers; workflowId?: string; waitedMs?: number } = {},
): Promise<AcceptedRun> {
  const { vertexBatchAcceptRequest } = activities(new SubmitSide(), { handlers });
  return await environment(info).run(vertexBatchAcceptRequest, { request, execution: 'execution-1' });
}

async function refusalOf(accepting: Promise<unknown>): Promise<ApplicationFailure> {
  const error: unknown = await accepting.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof ApplicationFailure) return error;
  throw error;
}

describe('vertexBatchAcceptRequest', () => {
  it('says where the run keeps its things, whichever execution asks', async () => {
    const { run, request, handler, timing } = await accept(REQUEST);
    expect(run).toEqual({
      directory: 'gs://acme/answers/summaries/2026/a309bf27/',
      key: expect.stringMatching(/^a309bf27[0-9a-f]{24}$/) as string,
      execution: 'execution-1',
    });
    expect(request.output).toBe('gs://acme/answers/');
    expect(handler).toBeNull();
    expect(timing.submitMs).toBe(120_000);
  });

  it('reads and writes nothing', async () => {
    const side = new SubmitSide();
    await environment().run(activities(side).vertexBatchAcceptRequest, { request: REQUEST, execution: 'e' });
    expect(side.emulator.calls()).toEqual([]);
  });

  it('finds the handler, and names its version', async () => {
    const handlers = { saveSummary: defineHandler({ version: '7', handle: () => undefined }) };
    const { handler } = await accept({ ...REQUEST, handler: { name: 'saveSummary', taskQueue: 'gpu' } }, { handlers });
    expect(handler).toEqual({ name: 'saveSummary', taskQueue: 'gpu', version: '7', hasSchema: false });
  });

  it('refuses a bad request for good', async () => {
    const refusal = await refusalOf(accept({ ...REQUEST, modle: 'x' }));
    expect(refusal).toMatchObject({
      type: 'InvalidRequest',
      nonRetryable: true,
      message: 'unknown field modle, did you mean "model"?',
    });
  });

  it('refuses a workflow id that leaves no room for the names of files', async () => {
    const refusal = await refusalOf(accept(REQUEST, { workflowId: 'ж'.repeat(200) }));
    expect(refusal.type).toBe('InvalidRequest');
    expect(refusal.message).toMatch(/^output and workflow id make a directory of 1228 bytes, at most 700 leave room/);
  });

  it('gives a deploy time before it misses a handler', async () => {
    const asked = { ...REQUEST, handler: 'saveSummary' };
    const handlers = { other: defineHandler({ handle: () => undefined }) };
    const early = await refusalOf(accept(asked, { handlers, waitedMs: 60_000 }));
    expect(early).toMatchObject({ type: 'HandlerUnknown', nonRetryable: false, nextRetryDelay: 10_000 });
    const late = await refusalOf(accept(asked, { handlers, waitedMs: 600_001 }));
    expect(late).toMatchObject({ type: 'HandlerUnknown', nonRetryable: true });
    expect(late.message).toContain('This worker has no handler "saveSummary"; it has other.');
  });
});

describe('the bound activities', () => {
  it('look for a job through faults, and say when they are stuck', async () => {
    const side = new SubmitSide({ faults: [{ call: 'list', fault: { kind: 'status', status: 403 }, times: 9 }] });
    const { run, project, location, claim } = aSubmission();
    const looked = await environment().run(activities(side).vertexBatchLookForJob, { run, project, location, claim });
    expect(looked).toMatchObject({ kind: 'stuck', type: 'PermissionDenied' });
  });

  it('submit once, and find what stands when they are scheduled again', async () => {
    const side = new SubmitSide();
    const { vertexBatchSubmitJob } = activities(side);
    expect(await environment().run(vertexBatchSubmitJob, aSubmission())).toMatchObject({ kind: 'created' });
    expect(await environment().run(vertexBatchSubmitJob, aSubmission())).toMatchObject({ kind: 'standing' });
    expect(side.posts).toBe(1);
  });

  it('wait for a job at their own pace, and as the service asks', async () => {
    const side = new SubmitSide();
    const { name } = await side.createLabelled(A_KEY);
    const known = { state: 'JOB_STATE_PENDING', step: 0, since: new Date().toISOString() };
    const wait = () => environment().run(activities(side).vertexBatchAwaitChange, { job: name, rows: 5, known });
    expect(await refusalOf(wait())).toMatchObject({ type: 'Waiting' });
    side.emulator.setScenario({
      faults: [{ call: 'get', fault: { kind: 'status', status: 429, retryAfter: 120 }, times: 1 }],
    });
    expect(await refusalOf(wait())).toMatchObject({ type: 'QuotaExceeded', nextRetryDelay: 120_000 });
    await side.emulator.advance(10_000);
    expect(await wait()).toMatchObject({ kind: 'done', value: { job: { name } } });
  });

  it('never leave a paid job for an error that only a person can mend', async () => {
    const side = new SubmitSide({ faults: [{ call: 'get', fault: { kind: 'status', status: 400 }, times: 9 }] });
    const { name } = await side.createLabelled(A_KEY);
    const known = { state: 'JOB_STATE_PENDING', step: 0, since: new Date().toISOString() };
    const wait = () => environment().run(activities(side).vertexBatchAwaitChange, { job: name, rows: 5, known });
    expect(await wait()).toMatchObject({ kind: 'stuck', type: 'InvalidRequest' });
  });
});
