import { describe, expect, it } from 'vitest';
import { parseCall } from '../../../bench/options';

describe('a call of the benchmarks', () => {
  it('without anything is all of them, three times, on the small input', () => {
    const options = { runs: 3, size: 'small', install: false, rows: 1_000_000 };
    expect(parseCall([])).toEqual({ names: [], json: false, options });
  });

  it('takes names and options in any order', () => {
    expect(parseCall(['--size', 'large', 'validate', '--runs=5', '--json', '--install', '--rows=7'])).toEqual({
      names: ['validate'],
      json: true,
      options: { runs: 5, size: 'large', install: true, rows: 7 },
    });
  });

  it.each([
    [['--runs', '0'], '--runs must be a whole number of at least 1, got 0'],
    [['--runs', 'two'], '--runs must be a whole number of at least 1, got two'],
    [['--rows', '-1'], /--rows/],
    [['--size', 'huge'], '--size must be small or large, got huge'],
    [['--sizes', 'large'], /Unknown option '--sizes'/],
  ])('refuses %j', (args, message) => {
    expect(() => parseCall(args)).toThrow(message);
  });
});
