import { describe, expect, it } from 'vitest';
import type { BatchResult } from '../../../src/messages';
import type { RunEvidence } from '../../chaos/verdict';
import { cancelFindings } from '../../chaos/verdict-on-cancel';

const RESULT = {
  outcome: 'succeeded',
  rows: { input: 3, answered: 3, blocked: 0, failed: 0, missing: 0 },
} as BatchResult;
const job = (intent: string, answered: number, state = 'JOB_STATE_CANCELLED') => ({ intent, state, answered });
const CALM: RunEvidence = {
  workflowId: 'calm-loaded',
  kind: 'loaded',
  execution: 'COMPLETED',
  pendingActivities: [],
  result: RESULT,
  error: null,
  jobs: [job('p1-r1', 3, 'JOB_STATE_SUCCEEDED')],
  files: { results: ['{"key":"a"}', '{"key":"b"}', '{"key":"c"}'], errors: [], deadLetters: [] },
  loaded: { results: ['a', 'b', 'c'], errors: [], deadLetters: [] },
  handed: [],
};
/** The job was cancelled when it had two of three rows. */
const CANCELLED: RunEvidence = {
  ...CALM,
  workflowId: 'chaos-1-1',
  result: {
    ...RESULT,
    outcome: 'cancelled',
    rows: { input: 3, answered: 2, blocked: 0, failed: 0, missing: 1 },
  },
  jobs: [job('p1-r1', 2)],
  files: { results: ['{"key":"a"}', '{"key":"b"}'], errors: [], deadLetters: [] },
  loaded: { results: [], errors: [], deadLetters: [] },
};
const SALVAGING = [{ by: 'signal', salvage: true }] as const;

describe('the verdict on a run that somebody cancelled', () => {
  it('is that nothing is wrong where it has less than on a calm day, and counts what it has', () => {
    expect(cancelFindings(CANCELLED, CALM, SALVAGING)).toEqual([]);
  });

  it('takes rows that were billed for given up where the cancel says so', () => {
    const none = { ...CANCELLED, jobs: [job('p1-r1', 3)] };
    expect(cancelFindings(none, CALM, [{ by: 'signal', salvage: false }])).toEqual([]);
  });

  it('takes a job for unseen where the result says that its create may have been accepted, and no other', () => {
    const message =
      'a cancel; the create of claim 0a-p2-r1-a1 may have been accepted, and no job with that label was seen';
    const result = { ...CANCELLED.result, reason: { type: 'CancelRequested', message } } as BatchResult;
    const jobsWith = (answered: number) => [job('p1-r1', answered), job('p2-r1', 3)];
    const calm = { ...CALM, jobs: [...CALM.jobs, job('p2-r1', 3)] };
    expect(cancelFindings({ ...CANCELLED, result, jobs: jobsWith(2) }, calm, SALVAGING)).toEqual([]);
    expect(cancelFindings({ ...CANCELLED, result, jobs: jobsWith(3) }, calm, SALVAGING)).toEqual([
      'it has 2 rows of the 3 that its jobs answered',
    ]);
  });

  it('takes a workflow without a manifest for sound where no job was paid', () => {
    const early = { ...CANCELLED, execution: 'CANCELLED', result: null, jobs: [] };
    expect(cancelFindings(early, CALM, [{ by: 'workflow', salvage: true }])).toEqual([]);
  });

  const failings: Readonly<Record<string, readonly [change: Partial<RunEvidence>, finding: string]>> = {
    'an execution that failed': [{ execution: 'FAILED' }, 'it is FAILED beside its result'],
    'a job that goes on': [
      { jobs: [job('p1-r1', 2, 'JOB_STATE_RUNNING')] },
      'the job of p1-r1 is still JOB_STATE_RUNNING',
    ],
    'a second job for one intent': [{ jobs: [job('p1-r1', 1), job('p1-r1', 1)] }, '2 jobs were paid for p1-r1'],
    'a job that nobody asked for': [
      { jobs: [job('p1-r1', 1), job('p1-r2', 1)] },
      'it had a job for p1-r2, on a calm day none',
    ],
    'a billed row that was left behind': [{ jobs: [job('p1-r1', 3)] }, 'it has 2 rows of the 3 that its jobs answered'],
    'a line that isn’t counted': [
      { files: { ...CALM.files, results: CALM.files.results } },
      'it has 3 result rows and counts 2',
    ],
    'a line that there is on no calm day': [
      { files: { ...CALM.files, results: ['{"key":"a"}', '{"key":"x"}'] } },
      'results: {"key":"x"}, on a calm day there is none like it',
    ],
    'rows in the caller’s table': [
      { loaded: { results: ['a', 'b'], errors: [], deadLetters: [] } },
      'the table of results has 2 rows instead of 0',
    ],
    'a paid job without a result': [
      { execution: 'CANCELLED', result: null, error: 'none' },
      'it is CANCELLED with 1 jobs, and has no result: none',
    ],
  };

  it.each(Object.entries(failings))('finds %s', (_, [change, finding]) => {
    expect(cancelFindings({ ...CANCELLED, ...change }, CALM, SALVAGING)).toContain(finding);
  });
});
