import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedLooks } from '../../../bench/expected-looks';

const MINUTE_MS = 60_000;
const LIMITS = { initialMs: 30_000, maxMs: 10 * MINUTE_MS };

describe('the looks that intervals come to', () => {
  it('are counted by hand for a job of two minutes', () => {
    // at 0 · at 30 s it runs, and again · at 60 s a third is done, and again · at 90 s two thirds, and again · a minute later
    expect(expectedLooks({ queuedMs: 30_000, runningMs: 90_000 }, LIMITS)).toEqual({ looks: 8, lateMs: 30_000 });
  });

  it('are about one in ten minutes for a day, and some more while states are young', () => {
    const { looks } = expectedLooks({ queuedMs: 120 * MINUTE_MS, runningMs: 1320 * MINUTE_MS }, LIMITS);
    expect(looks).toBeGreaterThanOrEqual(144);
    expect(looks).toBeLessThanOrEqual(160);
  });

  it('notice an end within the longest interval', () => {
    const minutes = fc.integer({ min: 1, max: 3000 });
    fc.assert(
      fc.property(minutes, minutes, (queued, running) => {
        const job = { queuedMs: queued * MINUTE_MS, runningMs: running * MINUTE_MS };
        const { lateMs } = expectedLooks(job, LIMITS);
        expect(lateMs).toBeGreaterThanOrEqual(0);
        expect(lateMs).toBeLessThanOrEqual(LIMITS.maxMs);
      }),
    );
  });
});
