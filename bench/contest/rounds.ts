import { median, spread } from '../statistics';
import type { Contestant } from './contestant';
import type { Measured } from './measured';

/** Each contestant once. */
export type Round<Name extends string> = ReadonlyMap<Name, Measured>;

const BYTES_PER_MB = 1e6;

/**
 * Lets the contestants take turns; every second round goes backwards, so that a machine that grows busier favours none.
 * @throws {Error} when one counts other rows, or finds errors where there are none
 */
export async function runRounds<Name extends string>(
  contestants: readonly Contestant<Name>[],
  rounds: number,
  rows: number,
  say: (line: string) => void,
): Promise<Round<Name>[]> {
  const done: Round<Name>[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const results = new Map<Name, Measured>();
    for (const contestant of round % 2 === 1 ? contestants : contestants.toReversed()) {
      say(`round ${round} of ${rounds}: ${contestant.label}`);
      const measured = await contestant.run();
      requireVerdict(contestant, measured, rows);
      results.set(contestant.name, measured);
    }
    done.push(results);
  }
  return done;
}

function requireVerdict({ label }: Contestant<string>, { rows, errors }: Measured, expected: number): void {
  if (rows !== null && rows !== expected) throw new Error(`${label} counted ${rows} rows of ${expected}`);
  if (errors > 0) throw new Error(`${label} found ${errors} errors in rows that have none`);
}

/** What all rounds together say of one contestant; undefined when it took no part. */
export interface Standing {
  readonly megabytesPerSecond: number;
  readonly lowest: number;
  readonly highest: number;
  /** What a busy machine changes least. */
  readonly megabytesPerCpuSecond: number | null;
  readonly peakMegabytes: number | null;
  readonly loopDelayMs: number | null;
}

export function standingOf<Name extends string>(
  rounds: readonly Round<Name>[],
  name: Name,
  bytes: number,
): Standing | undefined {
  const all = rounds.flatMap((round) => round.get(name) ?? []);
  if (all.length === 0) return undefined;
  const speeds = all.map(({ seconds }) => bytes / BYTES_PER_MB / seconds);
  const peak = middle(all, 'peakBytes');
  const cpuSeconds = middle(all, 'cpuSeconds');
  return {
    megabytesPerSecond: median(speeds),
    ...spread(speeds),
    megabytesPerCpuSecond: cpuSeconds === null ? null : bytes / BYTES_PER_MB / cpuSeconds,
    peakMegabytes: peak === null ? null : peak / BYTES_PER_MB,
    loopDelayMs: middle(all, 'loopDelayMs'),
  };
}

function middle(all: readonly Measured[], field: 'cpuSeconds' | 'peakBytes' | 'loopDelayMs'): number | null {
  const told = all.flatMap((measured) => measured[field] ?? []);
  return told.length === 0 ? null : median(told);
}

/** How many times as fast one is as the other in the same round; undefined when one of them took no part, or can't tell. */
export function timesAsFast<Name extends string>(
  rounds: readonly Round<Name>[],
  one: Name,
  other: Name,
  by: 'seconds' | 'cpuSeconds' = 'seconds',
): number | undefined {
  const ratios = rounds.flatMap((round) => {
    const [fast, slow] = [round.get(one)?.[by], round.get(other)?.[by]];
    return fast === undefined || fast === null || slow === undefined || slow === null ? [] : [slow / fast];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}

/** Peak memory above that of bare Node in the same round, in MB; undefined where it isn't known. */
export function memoryAboveBare<Name extends string>(
  rounds: readonly Round<Name | 'bare'>[],
  name: Name,
): number | undefined {
  const above = rounds.flatMap((round) => {
    const [own, bare] = [round.get(name)?.peakBytes, round.get('bare')?.peakBytes];
    return own === null || own === undefined || bare === null || bare === undefined
      ? []
      : [(own - bare) / BYTES_PER_MB];
  });
  return above.length === 0 ? undefined : median(above);
}
