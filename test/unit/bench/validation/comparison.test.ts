import { describe, expect, it } from 'vitest';
import { compared } from '../../../../bench/validation/comparison';
import type { ContestantName } from '../../../../bench/validation/contestants';
import type { Measured } from '../../../../bench/contest/measured';

function one(seconds: number, peakMegabytes: number, loopDelayMs = 0): Measured {
  return { rows: 10, errors: 0, seconds, cpuSeconds: seconds, peakBytes: peakMegabytes * 1e6, loopDelayMs };
}

const ROUND = new Map<ContestantName, Measured>([
  ['bare', one(1, 40)],
  ['ours-1', one(2, 75)],
  ['ours-2', one(1, 130)],
  ['zod', one(10, 100)],
  ['parse', one(4, 90)],
  ['ours-http', one(2, 100, 12)],
  ['ours-worker', one(3, 200, 26)],
  ['zod-http', one(7, 130, 60)],
]);

function reached(nodeMajor: number): (readonly [label: string, ours: number, target: string, isReached: boolean])[] {
  return compared([ROUND], nodeMajor).map(
    ({ label, ours, target }) => [label, ours, target?.text ?? '', target?.isReached === true] as const,
  );
}

describe('the comparison of programs', () => {
  it('holds ratios, memory and the event loop against the targets', () => {
    expect(reached(22)).toEqual([
      ['one thread, to readline + JSON.parse + zod', 5, '≥ 5 ×', true],
      ['one thread, to utf8Slice + JSON.parse', 2, '≥ 2.3 ×', false],
      ['two threads, to one', 2, '≥ 1.75 ×', true],
      ['over HTTP, to what users write', 3.5, '≥ 3.5 ×', true],
      ['memory above bare Node, one thread', 35, '≤ 40', true],
      ['memory above bare Node, two threads', 90, '≤ 80', false],
      ['memory above bare Node, over HTTP', 60, '≤ 100', true],
      ['p99 delay of the event loop, over HTTP', 12, '≤ 25', true],
      ['p99 delay of the event loop, of a worker with a run', 26, '≤ 25', false],
    ]);
  });

  it('asks less beside utf8Slice where Node made it fast', () => {
    expect(reached(24)).toContainEqual(['one thread, to utf8Slice + JSON.parse', 2, '≥ 1.6 ×', true]);
  });

  it('leaves out who took no part', () => {
    expect(compared([new Map([['bare', one(1, 40)]])], 20)).toEqual([]);
  });
});
