import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { VertexBatchClient, VertexBatchError, type StartRequest } from '../../../src/client';
import { VERTEX_BATCH_WORKFLOW } from '../../../src/messages';
import { acceptRequest } from '../../../src/schemas/batch-request';
import { fingerprintOf } from '../../../src/schemas/request-fingerprint';

const REQUEST: StartRequest = {
  workflowId: 'summaries',
  project: 'acme',
  location: 'us-central1',
  model: 'gemini-2.5-flash',
  input: 'gs://acme/in.jsonl',
  output: 'gs://acme/answers/',
};

interface Standing {
  readonly status: string;
  readonly type?: string;
  readonly request?: Partial<StartRequest>;
}

/** The little of Temporal that starting asks for: an execution that stands or not, and what was started. */
class FakeTemporal {
  readonly started: Record<string, unknown>[] = [];
  readonly #standing: Standing | undefined;
  readonly #startFails: Error | undefined;

  constructor(standing?: Standing, startFails?: Error) {
    this.#standing = standing;
    this.#startFails = startFails;
  }

  get client(): VertexBatchClient {
    const workflow = {
      getHandle: (workflowId: string) => ({ describe: async () => this.#describe(workflowId) }),
      start: async (type: string, options: Record<string, unknown>) => {
        this.started.push({ type, ...options });
        if (this.#startFails !== undefined) throw this.#startFails;
        return { firstExecutionRunId: this.#standing?.status === 'RUNNING' ? 'run-1' : 'run-2' };
      },
    };
    return new VertexBatchClient({ workflow } as unknown as Client);
  }

  #describe(workflowId: string): Partial<WorkflowExecutionDescription> {
    if (this.#standing === undefined) throw new WorkflowNotFoundError('unknown', workflowId, undefined);
    const { status, type = VERTEX_BATCH_WORKFLOW, request } = this.#standing;
    const { workflowId: _, ...stood } = { ...REQUEST, ...request };
    return {
      workflowId,
      runId: 'run-1',
      type,
      status: { code: 0, name: status } as unknown as WorkflowExecutionDescription['status'],
      startTime: new Date(0),
      memo: { vertexBatch: { request: fingerprintOf(acceptRequest(stood, workflowId)) } },
    };
  }
}

async function complaint(temporal: FakeTemporal, request: Partial<StartRequest> = {}): Promise<VertexBatchError> {
  const error: unknown = await temporal.client.start({ ...REQUEST, ...request }).then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof VertexBatchError) return error;
  throw error;
}

describe('VertexBatchClient.start', () => {
  it('starts the workflow with the request as it is, and tells the UI what it is about', async () => {
    const temporal = new FakeTemporal();
    const run = await temporal.client.start({ ...REQUEST, handler: 'saveSummary' });
    const { workflowId, ...request } = { ...REQUEST, handler: 'saveSummary' };
    expect(run).toMatchObject({ workflowId, started: true });
    expect(temporal.started).toMatchObject([
      {
        type: 'vertexBatch',
        workflowId: 'summaries',
        taskQueue: 'vertex-batch',
        args: [request],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
        staticSummary: 'gemini-2.5-flash · gs://acme/in.jsonl → saveSummary',
      },
    ]);
    expect(Object.keys(temporal.started[0] ?? {}).filter((name) => name.endsWith('Timeout'))).toEqual([]);
  });

  it('makes a legible id where there is none', async () => {
    const temporal = new FakeTemporal();
    const { workflowId: _, ...request } = REQUEST;
    const run = await temporal.client.start(request);
    expect(run.workflowId).toMatch(/^vertex-batch\/\d{4}-\d\d-\d\dT\d{4}Z-[0-9a-f]{8}$/);
    expect(temporal.started[0]?.['workflowId']).toBe(run.workflowId);
  });

  it.each<[string, Standing, Partial<StartRequest>, string, boolean]>([
    ['attaches to a running run', { status: 'RUNNING' }, {}, 'ALLOW_DUPLICATE_FAILED_ONLY', false],
    ['starts anew after a failed one', { status: 'FAILED' }, {}, 'ALLOW_DUPLICATE_FAILED_ONLY', true],
    [
      'lets a request be mended after a failed one',
      { status: 'FAILED' },
      { model: 'gemini-2.5-pro' },
      'ALLOW_DUPLICATE_FAILED_ONLY',
      true,
    ],
    ['starts anew after a terminated one', { status: 'TERMINATED' }, {}, 'ALLOW_DUPLICATE_FAILED_ONLY', true],
    ['repeats a completed one on a higher rerun', { status: 'COMPLETED' }, { rerun: 1 }, 'ALLOW_DUPLICATE', true],
    [
      'repeats a failed one on a higher rerun, with another output',
      { status: 'FAILED' },
      { rerun: 1, output: 'gs://acme/more/' },
      'ALLOW_DUPLICATE',
      true,
    ],
  ])('%s', async (_, standing, request, policy, started) => {
    const temporal = new FakeTemporal(standing);
    const run = await temporal.client.start({ ...REQUEST, ...request });
    expect(run.started).toBe(started);
    expect(temporal.started).toMatchObject([{ workflowIdReusePolicy: policy }]);
  });

  it('answers with the completed run where the server refuses to start another', async () => {
    const refusal = new WorkflowExecutionAlreadyStartedError('already', 'summaries', VERTEX_BATCH_WORKFLOW);
    const run = await new FakeTemporal({ status: 'COMPLETED' }, refusal).client.start(REQUEST);
    expect(run).toMatchObject({ workflowId: 'summaries', started: false });
  });

  it.each<[string, Standing, Partial<StartRequest>, string]>([
    [
      'another request is running',
      { status: 'RUNNING' },
      { model: 'gemini-2.5-pro', labels: { a: 'b' } },
      'workflow id summaries is running with another model, labels; wait for it, cancel it, or choose another id',
    ],
    [
      'another request was completed',
      { status: 'COMPLETED' },
      { input: 'gs://acme/more.jsonl' },
      'workflow id summaries is completed with another input; choose another id, or a higher rerun to have the same work done and paid again',
    ],
    [
      'a higher rerun was completed',
      { status: 'COMPLETED', request: { rerun: 2 } },
      { rerun: 1 },
      'workflow id summaries is completed with another rerun; choose another id, or a higher rerun to have the same work done and paid again',
    ],
    [
      'a higher rerun is asked for while the id is running',
      { status: 'RUNNING' },
      { rerun: 1 },
      'workflow id summaries is running with another rerun; wait for it, cancel it, or choose another id',
    ],
    [
      'a failed run has its things in another output',
      { status: 'FAILED' },
      { output: 'gs://acme/more/', model: 'gemini-2.5-pro' },
      'workflow id summaries is failed with another output; choose another id, or a higher rerun to have the same work done and paid again',
    ],
    [
      'the id is another workflow’s',
      { status: 'COMPLETED', type: 'sendMail' },
      {},
      'workflow id summaries belongs to a workflow of type sendMail; choose another',
    ],
  ])('refuses where %s', async (_, standing, request, message) => {
    const temporal = new FakeTemporal(standing);
    expect(await complaint(temporal, request)).toMatchObject({ type: 'WorkflowIdTaken', message });
    expect(temporal.started).toEqual([]);
  });

  it('refuses a bad request before it asks anybody', async () => {
    const temporal = new FakeTemporal({ status: 'RUNNING' });
    const request = { modle: 'x' } as Partial<StartRequest>;
    expect(await complaint(temporal, request)).toMatchObject({
      type: 'InvalidRequest',
      message: 'unknown field modle, did you mean "model"?',
    });
    expect(temporal.started).toEqual([]);
  });

  it('keeps the summary within what Temporal takes', async () => {
    const temporal = new FakeTemporal();
    await temporal.client.start({ ...REQUEST, input: [`gs://acme/${'ж'.repeat(300)}.jsonl`, 'gs://acme/b.jsonl'] });
    expect(Buffer.byteLength(String(temporal.started[0]?.['staticSummary']))).toBeLessThanOrEqual(200);
  });
});

describe('scheduleAction', () => {
  const action = (request: Partial<StartRequest> = {}) =>
    new FakeTemporal().client.scheduleAction({ ...REQUEST, ...request });

  it('starts the workflow with the request as it was given', () => {
    const { workflowId, ...request } = { ...REQUEST, input: 'gs://acme/{scheduledDate}/*.jsonl' };
    expect(action(request)).toMatchObject({
      type: 'startWorkflow',
      workflowType: 'vertexBatch',
      taskQueue: 'vertex-batch',
      workflowId,
      args: [request],
      staticSummary: expect.stringContaining('gs://acme/{scheduledDate}/*.jsonl') as string,
    });
  });

  it('leaves the id to the Schedule where none is given', () => {
    const { workflowId: _, ...request } = REQUEST;
    expect(new FakeTemporal().client.scheduleAction(request)).not.toHaveProperty('workflowId');
  });

  it.each([
    [{ input: 'gs://acme/{today}.jsonl' }, /unknown placeholder \{today\}/],
    [{ timeZone: 'Mars/Base' }, /timeZone must be an IANA name/],
    [{ rounds: 9 }, /rounds/],
  ])('refuses %o at once', (request, message) => {
    expect(() => action(request)).toThrow(message);
    expect(() => action(request)).toThrow(VertexBatchError);
  });
});
