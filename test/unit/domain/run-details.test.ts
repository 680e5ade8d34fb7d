import { describe, expect, it } from 'vitest';
import { detailsText } from '../../../src/domain/run-details';
import { progressOf, type ProgressFacts, type TrackedJob } from '../../../src/domain/run-progress';

const START = Date.parse('2026-11-22T06:37:13Z');

function someFacts(facts: Partial<ProgressFacts> = {}): ProgressFacts {
  return {
    workflowId: 'summaries',
    phase: 'waiting',
    since: START,
    attentions: [],
    inputRows: 30_000,
    books: null,
    validation: null,
    processed: 0,
    rejected: 0,
    cost: undefined,
    jobs: [],
    partsToCome: 0,
    now: START + 60_000,
    checkedAt: null,
    deadline: null,
    closed: undefined,
    request: undefined,
    ...facts,
  };
}

function aJob(job: Partial<TrackedJob> = {}): TrackedJob {
  return {
    name: 'projects/1/locations/us-central1/batchPredictionJobs/47',
    part: 1,
    round: 1,
    rows: 30_000,
    state: 'JOB_STATE_RUNNING',
    since: START,
    startedAt: START,
    counts: null,
    error: null,
    outputDirectory: null,
    kept: 0,
    createTime: null,
    startTime: null,
    endTime: null,
    ...job,
  };
}

function linesOf(facts: Partial<ProgressFacts>, directory: string | null = null): string[] {
  return detailsText(progressOf(someFacts(facts)), directory).split('\n\n');
}

describe('the current details of a run', () => {
  it('say when the counts were learned, since the service goes on meanwhile', () => {
    const job = aJob({ counts: { succeeded: 12_281, failed: 19 } });
    expect(linesOf({ jobs: [job], checkedAt: '2026-11-22T06:38:00.123Z' })).toContain(
      '30,000 rows · the service reported 12,281 done, 19 failed (41 %) at 2026-11-22 06:38:00Z; the pending activity knows the latest',
    );
  });

  it('make no count up before the service gives one', () => {
    expect(linesOf({ jobs: [aJob()] })).toContain('30,000 rows');
  });

  it('say what is expected to be spent, what was so far, and in the end all of it', () => {
    const priceTable = '2026-11-01';
    const spent = { usd: 21.12, estimatedUsd: 21.6, priceTable };
    const books = { answered: 10_000, blocked: 0, failed: 0, missing: 0 };
    expect(linesOf({ cost: { usd: null, estimatedUsd: 21.6, priceTable } })).toContain(
      String.raw`estimated cost \$21.60 (prices of 2026-11-01)`,
    );
    expect(linesOf({ books, cost: { ...spent, usd: 7.04 } })).toContain(
      String.raw`cost so far \$7.04 (estimated \$21.60, prices of 2026-11-01)`,
    );
    expect(linesOf({ books: { ...books, failed: 20_000 }, cost: { ...spent, estimatedUsd: null } })).toContain(
      String.raw`cost \$21.12 (prices of 2026-11-01)`,
    );
    expect(linesOf({}).join('\n')).not.toContain('cost');
  });

  it('keep dollars from being read as mathematics', () => {
    const reason = { type: 'BudgetExceeded', message: 'estimated to cost $2.00, above maxCostUsd, $1.00' } as const;
    const rows = { input: 1, answered: 0, blocked: 0, failed: 0, missing: 1 };
    const [headline] = linesOf({ phase: 'closed', closed: { outcome: 'failed', reason, rows, manifest: null } });
    expect(headline).toContain(String.raw`cost \$2.00, above maxCostUsd, \$1.00`);
  });

  it('link the job and the files, and say how to stop', () => {
    const text = linesOf({ jobs: [aJob()] }, 'gs://acme/out/summaries/3fa94c1e/').join('\n');
    expect(text).toContain(
      '[47](https://console.cloud.google.com/vertex-ai/locations/us-central1/batch-predictions/47?',
    );
    expect(text).toContain('(https://console.cloud.google.com/storage/browser/acme/out/summaries/3fa94c1e/)');
    expect(text).toContain('`vertex-batch cancel summaries`');
  });

  it('put what waits for a person second, with the answers that may be given', () => {
    const attention = {
      type: 'SubmissionUnknown',
      message: 'nobody knows whether the create was accepted',
      since: '2026-11-22T06:38:00.000Z',
      until: null,
      part: 1,
      claim: 'k',
      actions: ['adoptJob', 'resubmit'],
    } as const;
    expect(linesOf({ attentions: [attention] })[1]).toBe(
      '**SubmissionUnknown**: nobody knows whether the create was accepted. Answer with `adoptJob` or `resubmit`.',
    );
  });

  it('of a closed run say how it ended and why, and no longer how to stop it', () => {
    const rows = { input: 12, answered: 5, blocked: 0, failed: 0, missing: 7 };
    const reason = { type: 'JobExpired', message: 'job 47 expired' } as const;
    const [first, ...rest] = linesOf({
      phase: 'closed',
      inputRows: 12,
      books: rows,
      closed: { outcome: 'partial', reason, rows, manifest: null },
    });
    expect(first).toBe('**closed: partial · JobExpired: job 47 expired** at 2026-11-22 06:37:13Z');
    expect(rest).toEqual(['12 rows = 5 answered + 0 blocked + 0 failed + 7 missing']);
  });
});
