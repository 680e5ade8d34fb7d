import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextLookMs } from '../../../src/domain/polling';

const LIMITS = { initialMs: 30_000, maxMs: 600_000 };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Looks at a job from the moment it runs, and how long after its end the last one comes. */
function looksAt(runningMs: number, random: () => number): { looks: number; lateMs: number } {
  let now = 0;
  let looks = 1;
  while (now < runningMs) {
    now += nextLookMs(now, LIMITS, random());
    looks += 1;
  }
  return { looks, lateMs: now - runningMs };
}

describe('nextLookMs', () => {
  it('stays in its limits at every age', () => {
    const age = fc.double({ min: -HOUR, max: 60 * 24 * HOUR, noNaN: true });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(age, random, (ageMs, number) => {
        const next = nextLookMs(ageMs, LIMITS, number);
        expect(Number.isInteger(next)).toBe(true);
        expect(next).toBeGreaterThanOrEqual(0.95 * LIMITS.initialMs);
        expect(next).toBeLessThanOrEqual(LIMITS.maxMs);
      }),
    );
  });

  it('doubles the interval with the age of the state', () => {
    expect([0, 30_000, 60_000, 120_000, 240_000, 480_000, 960_000].map((age) => nextLookMs(age, LIMITS, 0.5))).toEqual([
      30_000, 30_000, 60_000, 120_000, 240_000, 480_000, 600_000,
    ]);
  });

  it('spreads the looks at many jobs', () => {
    const delays = [0, 0.25, 0.5, 0.75, 0.999].map((random) => nextLookMs(2 * MINUTE, LIMITS, random));
    expect(new Set(delays).size).toBe(5);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(10_000);
  });

  it('costs a day-long job fewer than 160 looks', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), (stream) => {
        const { looks } = looksAt(24 * HOUR, () => stream.next().value ?? 0.5);
        // two more states and three quarters of progress are told by one more look each
        expect(looks + 5).toBeLessThan(160);
      }),
      { numRuns: 50 },
    );
  });

  it('notices every end within a tenth of the time that the job ran, or ten minutes', () => {
    const random = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 * HOUR }), random, (runningMs, stream) => {
        const { lateMs } = looksAt(runningMs, () => stream.next().value ?? 0.5);
        expect(lateMs).toBeLessThanOrEqual(Math.max(runningMs / 10, 10 * MINUTE));
        expect(lateMs).toBeLessThanOrEqual(Math.max(1.1 * runningMs, 31_500));
      }),
      { numRuns: 200 },
    );
  });
});
