import { assert, integer, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunStatus } from '../../../src/client';
import { noColors as colors } from '../../../src/cli/colors';
import { exitCodeOf } from '../../../src/cli/exit-code';
import { estimateText } from '../../../src/cli/text/estimate-text';
import { fitted, plain, widthOf } from '../../../src/cli/text/plain';
import { progressLine } from '../../../src/cli/text/progress-line';
import { bytesText, durationText, tokensText } from '../../../src/cli/text/quantities';
import { resultText } from '../../../src/cli/text/result-text';
import { statusText } from '../../../src/cli/text/status-text';
import type { BatchResult } from '../../../src/messages';

const NOW = Date.parse('2026-11-22T02:00:00Z');
const JOB = 'projects/1/locations/us-central1/batchPredictionJobs/4711';

function aStatus(overrides: Partial<RunStatus> = {}): RunStatus {
  return {
    workflowId: 'summaries/1',
    phase: 'waiting',
    since: '2026-11-22T01:44:00Z',
    attention: null,
    attentionCount: 0,
    rows: { input: 30_000, succeeded: 12_281, failed: 19 },
    percent: 41,
    books: null,
    handler: { processed: 0, rejected: 0 },
    estimatedEndTime: null,
    jobs: [
      {
        name: JOB,
        state: 'JOB_STATE_RUNNING',
        since: '2026-11-22T01:46:00Z',
        part: 1,
        round: 1,
        kept: 0,
        error: null,
        consoleUrl: '',
      },
    ],
    jobCount: 1,
    checkedAt: '2026-11-22T02:00:00Z',
    nextCheckAt: '2026-11-22T02:09:00Z',
    deadline: null,
    execution: 'RUNNING',
    runId: 'run',
    taskQueue: 'vertex-batch',
    startTime: '2026-11-22T01:43:00Z',
    closeTime: null,
    historyLength: 40,
    pending: [],
    ...overrides,
  };
}

function aResult(overrides: Partial<BatchResult> = {}): BatchResult {
  const directory = 'gs://acme/answers/summaries/1/3fa94c1e/';
  return {
    outcome: 'partial',
    reason: { type: 'RowsUnanswered', message: '29,950 of 30,000 rows answered' },
    rows: { input: 30_000, answered: 29_999, blocked: 1, failed: 0, missing: 0 },
    handler: { processed: 29_999, rejected: 0 },
    usage: {
      promptTokenCount: 44_100_000,
      candidatesTokenCount: 11_600_000,
      thoughtsTokenCount: 1_200_000,
      cachedContentTokenCount: 0,
      toolUsePromptTokenCount: 0,
      totalTokenCount: 56_900_000,
    },
    cost: null,
    startTime: '2026-11-22T01:44:00Z',
    endTime: '2026-11-22T03:06:00Z',
    queuedSeconds: 60,
    runningSeconds: 3_840,
    validation: { errors: 0, warnings: 0 },
    jobs: [{ name: JOB, state: 'JOB_STATE_SUCCEEDED', part: 1, round: 1, outputDirectory: null, error: null }],
    jobCount: 1,
    directory,
    results: { uri: `${directory}results/`, files: 37, rows: 29_999, bytes: 163_000_000 },
    deadLetters: null,
    errors: `${directory}errors.jsonl`,
    rejected: null,
    validationReport: null,
    manifest: `${directory}manifest.json`,
    ...overrides,
  };
}

describe('the exit code of an outcome', () => {
  it.each([
    ['succeeded', false, 0],
    ['partial', false, 3],
    ['partial', true, 0],
    ['failed', true, 1],
    ['cancelled', true, 1],
  ] as const)('%s, partial allowed: %s, is %i', (outcome, allowPartial, code) => {
    expect(exitCodeOf(outcome, allowPartial)).toBe(code);
  });
});

describe('quantities', () => {
  it('are short', () => {
    expect([999, 41_000, 91_000, 3_840_000, 97_200_000].map(durationText)).toEqual([
      '0 s',
      '41 s',
      '1 m 31 s',
      '1 h 04 m',
      '1 d 3 h',
    ]);
    expect([0, 999, 31_600, 177_000_000, 60e9].map(bytesText)).toEqual([
      '0 bytes',
      '999 bytes',
      '31.6 kB',
      '177 MB',
      '60 GB',
    ]);
    expect([850, 2_103, 10_440, 44_100_000, 999_990_000].map(tokensText)).toEqual([
      '850',
      '2,103',
      '10.4 k',
      '44.1 M',
      '1 G',
    ]);
  });
});

describe('the text of others', () => {
  it('can’t give the terminal orders', () => {
    expect(plain('a\u001b[31mb\u0007\u202ec\u009b')).toBe('a␛[31mb␇�c�');
  });

  it('never takes more columns than there are, whatever it is', () => {
    assert(
      property(string({ unit: 'grapheme' }), integer({ min: 1, max: 40 }), (text, columns) => {
        expect(widthOf(fitted(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('counts two columns for wide characters', () => {
    expect(['abc', 'é', '日本', '👍', '👩‍👩‍👧', 'e\u0301'].map(widthOf)).toEqual([3, 1, 4, 2, 2, 1]);
  });
});

describe('where a run stands', () => {
  it('has bar, counts, the end and the next look, as far as there is room', () => {
    const wide = progressLine(aStatus(), { now: NOW, columns: 140, colors });
    expect(wide).toMatch(
      /RUNNING +█{9}░{15} +41 % {2}12,300 of 30,000 · 19 failed · ends about .* · 15 rows\/s · next look/,
    );
    const narrow = progressLine(aStatus(), { now: NOW, columns: 79, colors });
    expect(widthOf(narrow)).toBeLessThanOrEqual(79);
    expect(narrow).toContain('12,300 of 30,000');
    expect(narrow).not.toContain('next look');
  });

  it('makes no counts up before the service gives any', () => {
    const line = progressLine(aStatus({ rows: { input: 30_000, succeeded: null, failed: null } }), {
      now: NOW,
      columns: 140,
      colors,
    });
    expect(line).not.toMatch(/█|░|%/);
  });

  it('is told with what it costs', () => {
    const cost = { usd: null, estimatedUsd: 21.6, priceTable: '2026-11-01' } as const;
    const text = statusText(aStatus({ cost }), { now: NOW, columns: 120, colors });
    expect(text).toMatch(/^estimated cost \$21\.60 \(prices of 2026-11-01\)$/m);
    expect(statusText(aStatus(), { now: NOW, columns: 120, colors })).not.toContain('cost');
  });

  it('is told with jobs and what a person must decide', () => {
    const text = statusText(
      aStatus({
        attention: {
          type: 'SubmissionUnknown',
          message: 'nobody knows whether the create was accepted',
          since: '2026-11-22T01:49:00Z',
          until: null,
          part: 1,
          claim: 'abc-p1-r1-a1',
          actions: ['adoptJob', 'resubmit'],
        },
      }),
      { now: NOW, columns: 120, colors },
    );
    expect(text).toContain('summaries/1   waiting since');
    expect(text).toMatch(/job 1 {2}4711 {2}RUNNING/);
    expect(text).toContain('!  SubmissionUnknown  nobody knows');
    expect(text).toContain('vertex-batch adopt summaries/1 JOB --claim abc-p1-r1-a1');
    expect(text).toContain('vertex-batch resubmit summaries/1 --claim abc-p1-r1-a1');
  });
});

describe('an estimate', () => {
  const estimate = {
    rows: 30_000,
    parts: 1,
    promptTokens: 44_100_000,
    outputTokens: 12_000_000,
    unboundedRows: 0,
    cost: { usd: 21.6, lowUsd: 4.41, highUsd: 98.2, priceTable: '2026-11-01' },
  };

  it('is what is expected, and how far from it the truth may be', () => {
    expect(estimateText(estimate)).toEqual([
      '~44.1 M tokens in, ~12 M out · ~$21.60 (prices of 2026-11-01)',
      '30,000 rows in 1 job · at least $4.41 · at most $98.20',
    ]);
  });

  it('says why there is no upper bound', () => {
    const unbounded = { ...estimate, unboundedRows: 29, cost: { ...estimate.cost, highUsd: null } };
    expect(estimateText(unbounded)[1]).toContain('at most unknown: maxOutputTokens missing, or media, in 29 of them');
  });

  it('has no cost without a price', () => {
    const [expected, bounds] = estimateText({ ...estimate, parts: 2, cost: null });
    expect(expected).toBe('~44.1 M tokens in, ~12 M out · cost unknown');
    expect(bounds).toContain('30,000 rows in 2 jobs · the price table has nothing for this model');
  });
});

describe('a result', () => {
  it('is a table that never rounds up to a hundred per cent', () => {
    const text = resultText(aResult(), { colors, columns: 120 });
    expect(text).toContain('partial     29,999 answered · 1 blocked · 0 failed · 0 missing · of 30,000   (99.99 %)');
    expect(text).toContain('tokens      44.1 M prompt · 11.6 M candidates · 1.2 M thoughts');
    expect(text).toContain('took        1 h 22 m: queued 1 m 00 s, running 1 h 04 m');
    expect(text).toContain('37 files · 163 MB');
    expect(text).toContain('errors      …/errors.jsonl (1)');
    expect(text).not.toContain('cost');
  });

  it('breaks lines between words, under the label’s column', () => {
    const reason = {
      type: 'RowsUnanswered',
      message: '24 × RESOURCE_EXHAUSTED (retryable), 20 × SAFETY (blocked), 2 missing',
    } as const;
    const lines = resultText(aResult({ reason }), { colors, columns: 60 }).split('\n');
    const at = lines.findIndex((line) => line.startsWith('reason'));
    expect(lines[at]).toBe('reason      RowsUnanswered: 24 × RESOURCE_EXHAUSTED');
    expect(lines[at + 1]).toBe('            (retryable), 20 × SAFETY (blocked), 2 missing');
  });
});
