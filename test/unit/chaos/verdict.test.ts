import { describe, expect, it } from 'vitest';
import type { BatchResult } from '../../../src/messages';
import { runFindings, type RunEvidence } from '../../chaos/verdict';

const ROWS = { input: 2, answered: 2, blocked: 0, failed: 0, missing: 0 };
const RESULT = { outcome: 'succeeded', rows: ROWS, handler: { processed: 2, rejected: 0 }, usage: {} } as BatchResult;
const SOUND: RunEvidence = {
  workflowId: 'chaos-1-1',
  kind: 'one-job',
  execution: 'COMPLETED',
  pendingActivities: [],
  result: RESULT,
  error: null,
  jobs: [{ intent: 'p1-r1', state: 'JOB_STATE_SUCCEEDED', answered: 2 }],
  files: { results: ['{"key":"a"}', '{"key":"b"}'], errors: [], deadLetters: [] },
  loaded: { results: [], errors: [], deadLetters: [] },
  handed: [
    { key: 'a', mayRepeat: false },
    { key: 'b', mayRepeat: false },
  ],
};

describe('the verdict on a run', () => {
  it('is that nothing is wrong where it came to what it comes to on a calm day', () => {
    expect(runFindings(SOUND, { ...SOUND, workflowId: 'calm-one-job' })).toEqual([]);
  });

  it('takes rows that come again for sound where the handler was told', () => {
    const again = { key: 'a', mayRepeat: true };
    expect(runFindings({ ...SOUND, handed: [...SOUND.handed, again] }, SOUND)).toEqual([]);
  });

  const job = (intent: string, state = 'JOB_STATE_SUCCEEDED') => ({ intent, state, answered: 2 });
  const failings: Readonly<Record<string, readonly [change: Partial<RunEvidence>, finding: string]>> = {
    'a second job for one intent': [{ jobs: [job('p1-r1'), job('p1-r1')] }, '2 jobs were paid for p1-r1'],
    'a second job of a run that has no result': [
      { result: null, error: 'no end', jobs: [job('p1-r1'), job('p1-r1')] },
      '2 jobs were paid for p1-r1',
    ],
    'a job that nobody asked for': [
      { jobs: [job('p1-r1'), job('p1-r2')] },
      'it had jobs for p1-r1 p1-r2, on a calm day for p1-r1',
    ],
    'no result': [
      { result: null, error: 'no end in 180 s', execution: 'RUNNING' },
      'it is RUNNING and has no result: no end in 180 s',
    ],
    'an execution that failed beside its result': [{ execution: 'FAILED' }, 'it is FAILED beside its result'],
    'a pending activity': [{ pendingActivities: ['wait'] }, 'wait is pending though the run is over'],
    'a job that goes on': [
      { jobs: [job('p1-r1', 'JOB_STATE_RUNNING')] },
      'the job of p1-r1 is still JOB_STATE_RUNNING',
    ],
    'books that lack a row': [{ result: { ...RESULT, rows: { ...ROWS, answered: 1 } } }, 'its books have 1 rows of 2'],
    'another outcome': [
      { result: { ...RESULT, outcome: 'partial' } },
      'outcome is "partial", on a calm day "succeeded"',
    ],
    'a lost line': [{ files: { ...SOUND.files, results: ['{"key":"a"}'] } }, 'results: 1 lines, on a calm day 2'],
    'another answer': [
      { files: { ...SOUND.files, results: ['{"key":"a"}', '{"key":"b","text":"?"}'] } },
      'results: {"key":"b","text":"?"}, on a calm day {"key":"b"}',
    ],
    'a row that is twice in the caller’s table': [
      { loaded: { results: ['{"f":[]}', '{"f":[]}'], errors: [], deadLetters: [] } },
      'the table of results: 2 lines, on a calm day 0',
    ],
    'a row that the handler never had': [
      { handed: SOUND.handed.slice(0, 1) },
      'the handler never had 1 rows, such as b',
    ],
    'a row of nobody’s that the handler had': [
      { handed: [...SOUND.handed, { key: 'c', mayRepeat: false }] },
      'the handler had 3 keys of 2 answered rows',
    ],
    'a repeat that was not announced': [
      { handed: [...SOUND.handed, { key: 'a', mayRepeat: false }] },
      "1 rows came again and weren't said to, such as a",
    ],
  };

  it.each(Object.entries(failings))('finds %s', (_, [change, finding]) => {
    expect(runFindings({ ...SOUND, ...change }, SOUND)).toContain(finding);
  });
});
