import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateEndMs, percentDone, progressStep } from '../../../src/domain/job-progress';

const rows = fc.integer({ min: 1, max: 200_000 });
const counts = fc.record({ succeeded: fc.nat(250_000), failed: fc.nat(250_000) });

describe('the progress of a job', () => {
  it.each([
    [null, 100, 0, null],
    [{ succeeded: 0, failed: 0 }, 100, 0, 0],
    [{ succeeded: 24, failed: 0 }, 100, 0, 24],
    [{ succeeded: 20, failed: 5 }, 100, 1, 25],
    [{ succeeded: 74, failed: 0 }, 100, 2, 74],
    [{ succeeded: 75, failed: 0 }, 100, 3, 75],
    [{ succeeded: 100, failed: 0 }, 100, 3, 100],
    [{ succeeded: 150, failed: 0 }, 100, 3, 100],
    [{ succeeded: 5, failed: 0 }, 0, 0, null],
  ])('of %j of %i rows is step %i, %s %%', (given, of, step, percent) => {
    expect(progressStep(given, of)).toBe(step);
    expect(percentDone(given, of)).toBe(percent);
  });

  it('never goes back while counts grow', () => {
    fc.assert(
      fc.property(rows, counts, fc.nat(1_000), (of, given, more) => {
        const later = { ...given, succeeded: given.succeeded + more };
        expect(progressStep(later, of)).toBeGreaterThanOrEqual(progressStep(given, of));
        expect(percentDone(later, of)).toBeGreaterThanOrEqual(percentDone(given, of) ?? 0);
      }),
    );
  });
});

describe('estimateEndMs', () => {
  it('goes on as fast as it went', () => {
    expect(estimateEndMs({ succeeded: 20, failed: 5 }, 100, 1_000, 2_000)).toBe(5_000);
    expect(estimateEndMs({ succeeded: 100, failed: 0 }, 100, 1_000, 2_000)).toBe(2_000);
  });

  it.each([
    ['without counts', null, 100, 0, 5],
    ['before anything is done', { succeeded: 0, failed: 0 }, 100, 0, 5],
    ['before the job runs', { succeeded: 5, failed: 0 }, 100, null, 5],
    ['in the moment that it starts', { succeeded: 5, failed: 0 }, 100, 5, 5],
    ['where the service counts more than there is', { succeeded: 101, failed: 0 }, 100, 0, 5],
  ])('says nothing %s', (_, given, of, started, now) => {
    expect(estimateEndMs(given, of, started, now)).toBeNull();
  });

  it('is a time that can be written, and never past', () => {
    const started = fc.integer({ min: 0, max: 4e12 });
    const lasted = fc.integer({ min: 1, max: 60 * 86_400_000 });
    fc.assert(
      fc.property(rows, counts, started, lasted, (of, given, startedMs, ms) => {
        const end = estimateEndMs(given, of, startedMs, startedMs + ms);
        if (end === null) return;
        expect(end).toBeGreaterThanOrEqual(startedMs + ms);
        expect(() => new Date(end).toISOString()).not.toThrow();
      }),
    );
  });
});
