import type { WorkflowClient, WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure, defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { progressIn, statusOf } from '../../../src/client/run-status';

const CLIENT = {
  options: {
    loadedDataConverter: {
      payloadConverter: defaultPayloadConverter,
      failureConverter: defaultFailureConverter,
      payloadCodecs: [],
    },
  },
} as unknown as WorkflowClient;

const MEMO = { phase: 'waiting', rows: { input: 1_000, succeeded: 100, failed: 0 }, percent: 10, jobCount: 1 };

function described(lastFailure?: Error): WorkflowExecutionDescription {
  const failure =
    lastFailure === undefined ? null : defaultFailureConverter.errorToFailure(lastFailure, defaultPayloadConverter);
  const description = {
    workflowId: 'summaries',
    runId: 'run-1',
    status: { code: 1, name: 'RUNNING' },
    taskQueue: 'vertex-batch',
    startTime: new Date('2026-11-22T00:00:00Z'),
    closeTime: undefined,
    historyLength: 40,
    memo: { vertexBatch: MEMO },
    raw: {
      pendingActivities: [
        {
          activityType: { name: 'vertexBatchAwaitChange' },
          attempt: 7,
          lastFailure: failure,
          nextAttemptScheduleTime: { seconds: 1_795_305_600, nanos: 500_000_000 },
        },
      ],
    },
  };
  return description as unknown as WorkflowExecutionDescription;
}

function waiting(counts: object | null): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'Waiting, not failing: JOB_STATE_RUNNING',
    type: 'Waiting',
    details: [{ state: 'x', counts, checkedAt: '2026-11-22T00:10:00Z', nextCheckAt: '2026-11-22T00:20:00Z' }],
  });
}

describe('the status of a run', () => {
  it('is its memo, and what the server knows of the execution', async () => {
    expect(await statusOf(CLIENT, described())).toMatchObject({
      ...MEMO,
      workflowId: 'summaries',
      execution: 'RUNNING',
      startTime: '2026-11-22T00:00:00.000Z',
      closeTime: null,
      historyLength: 40,
      nextCheckAt: null,
      pending: [
        {
          activity: 'vertexBatchAwaitChange',
          attempt: 7,
          lastMessage: null,
          nextAttemptTime: '2026-11-22T00:00:00.500Z',
        },
      ],
    });
  });

  it('takes counts and looks from the pending wait, which are fresher', async () => {
    expect(await statusOf(CLIENT, described(waiting({ succeeded: 240, failed: 10 })))).toMatchObject({
      rows: { input: 1_000, succeeded: 240, failed: 10 },
      percent: 25,
      checkedAt: '2026-11-22T00:10:00Z',
      nextCheckAt: '2026-11-22T00:20:00Z',
      pending: [{ lastMessage: 'Waiting, not failing: JOB_STATE_RUNNING' }],
    });
  });

  it('keeps the memo’s counts where the wait has seen none', async () => {
    expect(await statusOf(CLIENT, described(waiting(null)))).toMatchObject({
      rows: MEMO.rows,
      percent: 10,
      checkedAt: '2026-11-22T00:10:00Z',
    });
  });

  it('takes nothing from an activity that fails otherwise', async () => {
    const status = await statusOf(CLIENT, described(new Error('reset')));
    expect(status).toMatchObject({ percent: 10, checkedAt: null, pending: [{ lastMessage: 'reset' }] });
  });

  it('is empty before a worker has touched the run, and has the id that its memo had no room for', () => {
    expect(progressIn(undefined, 'summaries', new Date(0))).toMatchObject({
      workflowId: 'summaries',
      phase: 'resolving',
      since: '1970-01-01T00:00:00.000Z',
      jobs: [],
    });
    expect(progressIn({ vertexBatch: { workflowId: '', phase: 'closed' } }, 'summaries', new Date(0))).toMatchObject({
      workflowId: 'summaries',
      phase: 'closed',
    });
  });
});
