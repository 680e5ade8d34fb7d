import type { Details } from '../report';
import type { Contestant } from './contestant';
import { memoryAboveBare, type Round, standingOf } from './rounds';

/** One line a contestant. */
export function detailsOf<Name extends string>(
  contestants: readonly Contestant<Name>[],
  rounds: readonly Round<Name | 'bare'>[],
  bytes: number,
): Details {
  return {
    head: ['MB/s', 'lowest', 'highest', 'MB per CPU second', 'peak MB', 'above bare Node'],
    rows: contestants.flatMap(({ name, label }) => {
      const standing = standingOf(rounds, name, bytes);
      if (standing === undefined) return [];
      const { megabytesPerSecond, lowest, highest, megabytesPerCpuSecond, peakMegabytes } = standing;
      const above = memoryAboveBare(rounds, name) ?? null;
      return [{ label, values: [megabytesPerSecond, lowest, highest, megabytesPerCpuSecond, peakMegabytes, above] }];
    }),
  };
}
