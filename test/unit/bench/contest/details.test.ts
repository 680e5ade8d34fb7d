import { expect, it } from 'vitest';
import { detailsOf } from '../../../../bench/contest/details';
import type { Measured } from '../../../../bench/contest/measured';

function measured(seconds: number, peakMegabytes: number): Measured {
  return { rows: 10, errors: 0, seconds, cpuSeconds: seconds, peakBytes: peakMegabytes * 1e6, loopDelayMs: null };
}

it('details are one line for each who took part', () => {
  const run = () => Promise.reject(new Error('is not run'));
  const contestants = [
    { name: 'zod', label: 'zod', run },
    { name: 'jq', label: 'jq', run },
  ] as const;
  const round = new Map<'bare' | 'zod' | 'jq', Measured>([
    ['bare', measured(1, 40)],
    ['zod', measured(10, 100)],
  ]);
  const { head, rows } = detailsOf(contestants, [round], 100e6);
  expect(rows).toEqual([{ label: 'zod', values: [10, 10, 10, 10, 100, 60] }]);
  expect(rows[0]?.values).toHaveLength(head.length);
});
