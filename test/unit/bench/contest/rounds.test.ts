import { describe, expect, it } from 'vitest';
import type { Contestant } from '../../../../bench/contest/contestant';
import type { Measured } from '../../../../bench/contest/measured';
import { memoryAboveBare, runRounds, standingOf, timesAsFast, type Round } from '../../../../bench/contest/rounds';

type Name = 'bare' | 'zod' | 'jq' | 'ours-1' | 'duckdb-1';

function measured(parts: Partial<Measured> = {}): Measured {
  return { rows: 10, errors: 0, seconds: 1, cpuSeconds: 1, peakBytes: 50e6, loopDelayMs: 0, ...parts };
}

function round(results: Partial<Record<Name, Partial<Measured>>>): Round<Name> {
  const entries = Object.entries(results) as [Name, Partial<Measured>][];
  return new Map(entries.map(([name, parts]) => [name, measured(parts)]));
}

function contestant(name: Name, turns: Name[], result = measured()): Contestant<Name> {
  const run = () => {
    turns.push(name);
    return Promise.resolve(result);
  };
  return { name, label: `the ${name}`, run };
}

const silent = () => undefined;

describe('rounds', () => {
  it('let everybody take turns, every second time backwards', async () => {
    const turns: Name[] = [];
    const contestants = [contestant('bare', turns), contestant('zod', turns)];
    const rounds = await runRounds(contestants, 3, 10, silent);
    expect(turns).toEqual(['bare', 'zod', 'zod', 'bare', 'bare', 'zod']);
    expect(rounds.map((one) => one.size)).toEqual([2, 2, 2]);
  });

  it.each([
    [measured({ rows: 9 }), 'the zod counted 9 rows of 10'],
    [measured({ errors: 2 }), 'the zod found 2 errors in rows that have none'],
  ])('end with a wrong verdict', async (result, message) => {
    await expect(runRounds([contestant('zod', [], result)], 1, 10, silent)).rejects.toThrow(message);
  });

  it('ask nothing of who looks for no rows', async () => {
    await expect(runRounds([contestant('bare', [], measured({ rows: null }))], 1, 10, silent)).resolves.toHaveLength(1);
  });
});

describe('a standing', () => {
  it('is the median of all rounds, with the lowest and highest speed', () => {
    const rounds = [1, 4, 2].map((seconds) =>
      round({ zod: { seconds, cpuSeconds: seconds, peakBytes: 1e6 * seconds } }),
    );
    expect(standingOf(rounds, 'zod', 100e6)).toEqual({
      megabytesPerSecond: 50,
      lowest: 25,
      highest: 100,
      megabytesPerCpuSecond: 50,
      peakMegabytes: 2,
      loopDelayMs: 0,
    });
  });

  it('leaves open what a program can’t tell', () => {
    const standing = standingOf([round({ jq: { cpuSeconds: null, peakBytes: null, loopDelayMs: null } })], 'jq', 1e6);
    expect(standing).toMatchObject({ megabytesPerCpuSecond: null, peakMegabytes: null, loopDelayMs: null });
  });

  it('of who took no part is none', () => {
    expect(standingOf([round({ zod: {} })], 'jq', 1)).toBeUndefined();
  });
});

describe('a ratio', () => {
  it('compares within a round, so that a busy round counts like a quiet one', () => {
    const rounds = [
      round({ 'ours-1': { seconds: 1 }, zod: { seconds: 5 } }),
      round({ 'ours-1': { seconds: 10 }, zod: { seconds: 60 } }),
      round({ 'ours-1': { seconds: 2 }, zod: { seconds: 8 } }),
    ];
    expect(timesAsFast(rounds, 'ours-1', 'zod')).toBe(5);
  });

  it('to who took no part is none', () => {
    expect(timesAsFast([round({ 'ours-1': {} })], 'ours-1', 'duckdb-1')).toBeUndefined();
  });
});

describe('memory above bare Node', () => {
  it('is the difference of the peaks, in MB', () => {
    expect(memoryAboveBare([round({ bare: { peakBytes: 44e6 }, 'ours-1': { peakBytes: 80e6 } })], 'ours-1')).toBe(36);
  });

  it('isn’t known where a peak isn’t', () => {
    expect(memoryAboveBare([round({ bare: {}, jq: { peakBytes: null } })], 'jq')).toBeUndefined();
    expect(memoryAboveBare([round({ zod: {} })], 'zod')).toBeUndefined();
  });
});
