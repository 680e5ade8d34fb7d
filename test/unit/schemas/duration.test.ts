import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationMs } from '../../../src/schemas/duration';

describe('durationMs', () => {
  it.each([
    ['30s', 30_000],
    ['10m', 600_000],
    ['24h', 86_400_000],
    ['3 days', 259_200_000],
    ['1.5h', 5_400_000],
    ['100', 100],
    [0, 0],
    [1.4, 1],
  ])('of %s is %i', (value, milliseconds) => {
    expect(durationMs('listingLag', value)).toBe(milliseconds);
  });

  it.each(['', 'soon', '-5m', '5 parsecs', -1, Number.NaN, Number.POSITIVE_INFINITY, '1e999h'])(
    'of %s is none, and the message names field and value',
    (value) => {
      expect(() => durationMs('listingLag', value)).toThrow(/^listingLag must be a duration .*, got \S/);
    },
  );

  it('of more than a year is a slip', () => {
    expect(() => durationMs('deadlines.run', '400d')).toThrow('deadlines.run must be at most a year, got "400d"');
  });

  it('of any number is whole milliseconds', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e10, noNaN: true }), (value) => {
        expect(Math.abs(durationMs('x', value) - value)).toBeLessThanOrEqual(0.5);
      }),
    );
  });
});
