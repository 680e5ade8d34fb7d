import { describe, expect, it } from 'vitest';
import { endReasonOf, isWorthAnotherRound, type EndedJob } from '../../../src/domain/job-end';
import { queuedSeconds, runningSeconds } from '../../../src/domain/job-times';

function ended(state: string, code?: number): EndedJob {
  const error = code === undefined ? null : { code, message: 'The "service" says no' };
  return { name: 'projects/1/locations/global/batchPredictionJobs/7', state: `JOB_STATE_${state}`, error };
}

describe('another round', () => {
  it.each<[string, EndedJob, boolean, boolean]>([
    ['succeeded', ended('SUCCEEDED'), true, true],
    ['succeeded in part', ended('PARTIALLY_SUCCEEDED'), true, true],
    ['expired', ended('EXPIRED'), true, true],
    ['was cancelled by somebody else', ended('CANCELLED', 1), false, true],
    ['failed and doesn’t say why', ended('FAILED'), true, true],
    ['failed for lack of resources', ended('FAILED', 8), true, true],
    ['failed inside the service', ended('FAILED', 13), true, true],
    ['failed as the service was away', ended('FAILED', 14), true, true],
    ['failed by its input', ended('FAILED', 3), false, true],
    ['failed by a permission', ended('FAILED', 7), false, true],
  ])('after a job that %s', (_, job, worth, resumed) => {
    expect(isWorthAnotherRound(job, false)).toBe(worth);
    expect(isWorthAnotherRound(job, true)).toBe(resumed);
  });
});

describe('endReasonOf', () => {
  it.each([
    ['SUCCEEDED', null],
    ['EXPIRED', 'JobExpired'],
    ['CANCELLED', 'JobCancelled'],
    ['FAILED', 'JobFailed'],
    ['PARTIALLY_SUCCEEDED', 'JobFailed'],
  ])('of %s is %s', (state, type) => {
    expect(endReasonOf(ended(state))?.type ?? null).toBe(type);
  });

  it('names the job and quotes the service', () => {
    expect(endReasonOf(ended('FAILED', 3))?.message).toBe(
      String.raw`job projects/1/locations/global/batchPredictionJobs/7 ended FAILED: code 3 "The \"service\" says no"`,
    );
  });
});

describe('the times of jobs', () => {
  const job = (createTime: string | null, startTime: string | null, endTime: string | null) => ({
    createTime,
    startTime,
    endTime,
  });
  const whole = job('2026-11-22T00:00:00Z', '2026-11-22T00:01:00.4Z', '2026-11-22T01:01:00Z');

  it('add up over all jobs', () => {
    expect(queuedSeconds([whole, whole])).toBe(121);
    expect(runningSeconds([whole, whole])).toBe(7_199);
  });

  it('are unknown while nothing has started or ended, and never below nothing', () => {
    expect(queuedSeconds([])).toBeNull();
    expect(runningSeconds([job('2026-11-22T00:00:00Z', null, null)])).toBeNull();
    expect(queuedSeconds([job('2026-11-22T00:00:01Z', '2026-11-22T00:00:00Z', null)])).toBe(0);
    expect(queuedSeconds([job('yesterday', 'today', null), whole])).toBe(60);
  });
});
