import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, spread } from '../../../bench/statistics';

describe('median', () => {
  it.each([
    [[3], 3],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 1], 9],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('has as many values above it as below, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 20 }), (values) => {
        const middle = median(values);
        const above = values.filter((value) => value > middle).length;
        const below = values.filter((value) => value < middle).length;
        expect(above).toBeLessThanOrEqual(values.length / 2);
        expect(below).toBeLessThanOrEqual(values.length / 2);
        expect(median(values.toReversed())).toBe(middle);
      }),
    );
  });

  it('of nothing is an error', () => {
    expect(() => median([])).toThrow('median needs at least one value, got none');
  });
});

describe('spread', () => {
  it('is the lowest and the highest value', () => {
    expect(spread([3, 1, 2])).toEqual({ lowest: 1, highest: 3 });
  });

  it('of nothing is an error', () => {
    expect(() => spread([])).toThrow('spread needs at least one value, got none');
  });
});
