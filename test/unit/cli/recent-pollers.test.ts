import { describe, expect, it } from 'vitest';
import { recentPollers } from '../../../src/cli/recent-pollers';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const SECOND = 1_000;
const HOUR = 3_600_000;

const POLLERS = [
  { identity: 'alive', lastAccessMs: NOW - 30 * SECOND },
  { identity: 'alive', lastAccessMs: NOW - 60 * SECOND },
  { identity: 'gone', lastAccessMs: NOW - 200 * SECOND },
];

describe('recentPollers', () => {
  it('are those that asked within the time that asking takes, each once', () => {
    expect(recentPollers(POLLERS, NOW)).toEqual(['alive']);
    expect(recentPollers([], NOW)).toEqual([]);
    expect(recentPollers(POLLERS, NOW + 120 * SECOND)).toEqual([]);
  });

  it.each([-24 * HOUR, -HOUR, HOUR, 24 * HOUR])(
    'are all that the server remembers on a machine off by %i ms',
    (off) => {
      expect(recentPollers(POLLERS, NOW + off)).toEqual(['alive', 'gone']);
      expect(recentPollers([], NOW + off)).toEqual([]);
    },
  );
});
