import { describe, expect, it } from 'vitest';
import { compared } from '../../../../bench/collecting/comparison';
import type { CollectorName } from '../../../../bench/collecting/contestants';
import type { Measured } from '../../../../bench/contest/measured';

function one(seconds: number, cpuSeconds: number, peakMegabytes: number): Measured {
  return { rows: 10, errors: 0, seconds, cpuSeconds, peakBytes: peakMegabytes * 1e6, loopDelayMs: 0 };
}

const ROUND = new Map<CollectorName, Measured>([
  ['bare', one(1, 1, 40)],
  ['ours', one(2, 1, 130)],
  ['ours-two-threads', one(1.6, 1.2, 140)],
  ['ours-hashes', one(4, 2, 150)],
  ['naive', one(10, 8, 200)],
  ['naive-hashes', one(12, 9, 210)],
]);

describe('the comparison of who makes results', () => {
  it('holds speed by the clock and memory against the targets, and tells the time of processors', () => {
    expect(compared([ROUND]).map(({ label, ours, target }) => [label, ours, target?.isReached])).toEqual([
      ['keys, to what users write', 5, true],
      ['keys, to what users write, by processor time', 8, undefined],
      ['keys, two threads, to what users write', 6.25, false],
      ['keys, two threads, to what users write, by processor time', 8 / 1.2, undefined],
      ['hashes, to what users write', 3, false],
      ['hashes, to what users write, by processor time', 4.5, undefined],
      ['two threads, to one', 1.25, undefined],
      ['memory above bare Node, keys', 90, true],
      ['memory above bare Node, keys, two threads', 100, true],
      ['memory above bare Node, hashes', 110, false],
    ]);
  });

  it('leaves out who took no part', () => {
    expect(compared([new Map([['bare', one(1, 1, 40)]])])).toEqual([]);
  });
});
