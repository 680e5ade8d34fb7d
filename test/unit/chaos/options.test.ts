import { describe, expect, it } from 'vitest';
import { parseCall } from '../../chaos/options';

describe('the campaign’s call', () => {
  it('without anything is thirty runs in three storms', () => {
    expect(parseCall([]).storms).toEqual([1, 2, 3].map((seed) => ({ seed, runs: 10 })));
  });

  it('gives each storm a seed, by which it can be had again alone', () => {
    const { storms } = parseCall(['--runs', '24', '--seed', '7']);
    expect(storms).toEqual([
      { seed: 7, runs: 10 },
      { seed: 8, runs: 10 },
      { seed: 9, runs: 4 },
    ]);
    expect(parseCall(['--runs', '4', '--seed', '9']).storms).toEqual(storms.slice(2));
  });

  it.each([
    [['--runs', '0'], '--runs must be a whole number of at least 1, got 0'],
    [['--seed', 'x'], '--seed must be a whole number of at least 1, got x'],
    [['--minutes', '1.5'], '--minutes must be a whole number of at least 1, got 1.5'],
    [['--speed'], "Unknown option '--speed'"],
  ])('refuses %j', (args, message) => {
    expect(() => parseCall(args)).toThrow(message);
  });
});
