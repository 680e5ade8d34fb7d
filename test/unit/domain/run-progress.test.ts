import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detailsText } from '../../../src/domain/run-details';
import { memoOf, progressOf, type ProgressFacts, type TrackedJob } from '../../../src/domain/run-progress';
import type { Attention, BatchProgress } from '../../../src/messages';
import { acceptRequest } from '../../../src/schemas/batch-request';
import { fingerprintOf } from '../../../src/schemas/request-fingerprint';

const NOW = Date.parse('2026-11-22T02:00:00Z');
const CONSOLE_URL =
  'https://console.cloud.google.com/vertex-ai/locations/us-central1/batch-predictions/7?project=123456789012';
const NAME = 'projects/123456789012/locations/us-central1/batchPredictionJobs/7';

function aJob(job: Partial<TrackedJob> = {}): TrackedJob {
  return {
    name: NAME,
    part: 1,
    round: 1,
    rows: 1_000,
    state: 'JOB_STATE_RUNNING',
    since: NOW - 60_000,
    startedAt: NOW - 60_000,
    counts: null,
    error: null,
    outputDirectory: null,
    createTime: null,
    startTime: null,
    endTime: null,
    kept: 0,
    ...job,
  };
}

function facts(given: Partial<ProgressFacts> = {}): ProgressFacts {
  return {
    workflowId: 'summaries',
    phase: 'waiting',
    since: NOW - 60_000,
    attentions: [],
    inputRows: 1_000,
    books: null,
    validation: null,
    processed: 0,
    rejected: 0,
    cost: undefined,
    jobs: [aJob()],
    partsToCome: 0,
    now: NOW,
    checkedAt: null,
    deadline: null,
    closed: undefined,
    request: undefined,
    ...given,
  };
}

const ATTENTION: Attention = {
  type: 'SubmissionUnknown',
  message: 'nobody knows',
  since: '2026-11-22T01:00:00.000Z',
  until: null,
  part: 1,
  claim: '3fa94c1e3fa94c1e3fa94c1e3fa94c1e-p1-r1-a1',
  actions: ['adoptJob', 'resubmit'],
};

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

describe('progressOf', () => {
  it('gives the service’s counts, and makes none up', () => {
    expect(progressOf(facts())).toMatchObject({
      rows: { input: 1_000, succeeded: null, failed: null },
      percent: null,
      estimatedEndTime: null,
    });
    expect(progressOf(facts({ jobs: [aJob({ counts: { succeeded: 240, failed: 10 } })] }))).toMatchObject({
      rows: { input: 1_000, succeeded: 240, failed: 10 },
      percent: 25,
      estimatedEndTime: '2026-11-22T02:03:00.000Z',
    });
  });

  it('adds rounds up: what one answered stays answered, what it failed was sent again', () => {
    const jobs = [
      aJob({ counts: { succeeded: 900, failed: 100 }, state: 'JOB_STATE_SUCCEEDED' }),
      aJob({ counts: { succeeded: 40, failed: 10 }, rows: 100, round: 2 }),
    ];
    expect(progressOf(facts({ jobs })).rows).toEqual({ input: 1_000, succeeded: 940, failed: 10 });
  });

  it('estimates no end for a job that has one', () => {
    const jobs = [aJob({ counts: { succeeded: 500, failed: 0 }, state: 'JOB_STATE_FAILED' })];
    expect(progressOf(facts({ jobs })).estimatedEndTime).toBeNull();
  });

  it('shows the oldest of several attentions', () => {
    const attentions = [ATTENTION, { ...ATTENTION, type: 'PermissionDenied' }];
    expect(progressOf(facts({ attentions }))).toMatchObject({ attention: ATTENTION, attentionCount: 2 });
  });

  it('links to the job in the console', () => {
    expect(progressOf(facts()).jobs[0]?.consoleUrl).toBe(CONSOLE_URL);
  });
});

describe('the memo', () => {
  it('is all of the progress where that is short', () => {
    const progress = progressOf(facts({ attentions: [ATTENTION] }));
    expect(memoOf(progress)).toEqual(progress);
  });

  it('has the last three jobs, and shortened messages', () => {
    const jobs = Array.from({ length: 5 }, (_, index) =>
      aJob({ round: index + 1, error: { code: 3, message: 'x'.repeat(500) } }),
    );
    const memo = memoOf(progressOf(facts({ jobs, attentions: [{ ...ATTENTION, message: 'y'.repeat(500) }] })));
    expect(memo.jobs.map((job) => job.round)).toEqual([3, 4, 5].slice(3 - memo.jobs.length));
    expect(memo.jobCount).toBe(5);
    expect(memo.attention?.message).toMatch(/^y+…$/);
  });

  it('has the remedy at the end of a message, rather than several jobs', () => {
    const job = `projects/acme-production/locations/us-central1/batchPredictionJobs/${'9'.repeat(19)}`;
    const object = `gs://acme-production-answers/summaries/2026-11-22/af697fd4/jobs/${'x'.repeat(120)}/predictions.jsonl`;
    const message = `Cannot read ${object} of ${job}: permission denied. Grant roles/storage.objectAdmin to the worker's service account.`;
    const jobs = [1, 2, 3].map((round) => aJob({ round }));
    const memo = memoOf(progressOf(facts({ jobs, attentions: [{ ...ATTENTION, message }] })));
    expect(memo.attention?.message).toBe(message);
    expect(memo.jobs.at(-1)?.round).toBe(3);
  });

  const text = fc.oneof(
    fc.string({ maxLength: 1_000 }),
    fc.string({ unit: 'binary', maxLength: 1_000 }),
    fc.integer({ min: 0, max: 1_000 }).map((length) => '漢'.repeat(length)),
    fc.integer({ min: 0, max: 1_000 }).map((length) => '\u0001'.repeat(length)),
  );
  const path = fc.integer({ min: 1, max: 650 }).map((length) => 'x'.repeat(length));
  const job = fc.record({
    name: fc
      .integer({ min: 1, max: 200 })
      .map(
        (length) =>
          `projects/${'p'.repeat(length)}/locations/northamerica-northeast1/batchPredictionJobs/${'9'.repeat(19)}`,
      ),
    state: fc.constantFrom('JOB_STATE_PARTIALLY_SUCCEEDED', 'JOB_STATE_SOMETHING_NOBODY_HAS_HEARD_OF'),
    error: fc.option(fc.record({ code: fc.nat(16), message: text })),
    kept: fc.nat(200_000),
    counts: fc.option(fc.record({ succeeded: fc.nat(200_000), failed: fc.nat(200_000) })),
  });
  const extreme: fc.Arbitrary<BatchProgress> = fc
    .record({
      workflowId: fc.oneof(path, fc.constant('ж'.repeat(500))),
      output: path,
      attention: fc.option(text),
      closed: fc.option(fc.record({ message: text, manifest: fc.option(path) })),
      jobs: fc.array(job, { maxLength: 10 }),
    })
    .map(({ workflowId, output, attention, closed, jobs }) => {
      const request = fingerprintOf(
        acceptRequest(
          {
            project: 'acme',
            location: 'northamerica-northeast1',
            model: 'gemini-2.5-flash',
            input: 'gs://acme/in.jsonl',
            output: `gs://acme/${output}/`,
          },
          workflowId,
        ),
      );
      return progressOf(
        facts({
          workflowId,
          attentions:
            attention === null || closed !== null ? [] : [{ ...ATTENTION, until: ATTENTION.since, message: attention }],
          jobs: jobs.map((each) => aJob(each)),
          request,
          deadline: NOW,
          checkedAt: ATTENTION.since,
          cost: { usd: 123_456.789012, estimatedUsd: 123_456.789012, priceTable: '2026-11-01' },
          books: { answered: 200_000, blocked: 200_000, failed: 200_000, missing: 200_000 },
          ...(closed === null
            ? {}
            : {
                phase: 'closed' as const,
                closed: {
                  outcome: 'cancelled' as const,
                  reason: { type: 'CancelRequested' as const, message: closed.message },
                  rows: { input: 200_000, answered: 200_000, blocked: 200_000, failed: 200_000, missing: 200_000 },
                  manifest: closed.manifest === null ? null : `gs://acme/${closed.manifest}/manifest.json`,
                },
              }),
        }),
      );
    });

  it('never takes more than 2 KB, and keeps what a second starter and an operator need', () => {
    fc.assert(
      fc.property(extreme, (progress) => {
        const memo = memoOf(progress);
        expect(bytesOf(memo)).toBeLessThanOrEqual(2_048);
        expect(memo.request?.fields).toEqual(progress.request?.fields);
        expect(memo.attention?.type).toBe(progress.attention?.type);
        expect(memo.closed?.manifest).toBe(progress.closed?.manifest);
        expect(memo.jobCount).toBe(progress.jobs.length);
      }),
      { numRuns: 300 },
    );
  });

  it('never makes details of more than 20 KB', () => {
    fc.assert(
      fc.property(extreme, path, (progress, directory) => {
        expect(Buffer.byteLength(detailsText(progress, `gs://acme/${directory}/`))).toBeLessThanOrEqual(20_000);
      }),
    );
  });
});
