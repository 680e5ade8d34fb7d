import { atLeast, atMost, type Measurement, textOf } from '../report';
import type { ContestantName } from './contestants';
import { memoryAboveBare, type Round, standingOf, timesAsFast } from '../contest/rounds';

interface SpeedTarget {
  readonly ours: ContestantName;
  readonly baseline: ContestantName;
  readonly label: string;
  readonly times: number;
}

/** From this major version on `utf8Slice` is fast. */
const FAST_SLICES_NODE = 24;

function speedTargets(nodeMajor: number): readonly SpeedTarget[] {
  const timesParse = nodeMajor >= FAST_SLICES_NODE ? 1.6 : 2.3;
  return [
    { ours: 'ours-1', baseline: 'zod', label: 'one thread, to readline + JSON.parse + zod', times: 5 },
    { ours: 'ours-1', baseline: 'parse', label: 'one thread, to utf8Slice + JSON.parse', times: timesParse },
    { ours: 'ours-1', baseline: 'duckdb-1', label: 'one thread, to DuckDB typed on one', times: 0.9 },
    { ours: 'ours-2', baseline: 'ours-1', label: 'two threads, to one', times: 1.75 },
    { ours: 'ours-http', baseline: 'zod-http', label: 'over HTTP, to what users write', times: 3.5 },
  ];
}

const MEMORY_TARGETS: readonly {
  readonly ours: ContestantName;
  readonly baseline: ContestantName;
  readonly label: string;
  readonly megabytes: number;
}[] = [
  { ours: 'ours-1', baseline: 'zod', label: 'memory above bare Node, one thread', megabytes: 40 },
  { ours: 'ours-2', baseline: 'zod', label: 'memory above bare Node, two threads', megabytes: 80 },
  { ours: 'ours-http', baseline: 'zod-http', label: 'memory above bare Node, over HTTP', megabytes: 100 },
];

const LOOP_DELAY_TARGET_MS = 25;

/** Speeds as ratios, then memory and the event loop; what has no counterpart in the rounds is left out. */
export function compared(rounds: readonly Round<ContestantName>[], nodeMajor: number): Measurement[] {
  return [
    ...speedTargets(nodeMajor).flatMap((target) => speed(rounds, target)),
    ...MEMORY_TARGETS.flatMap(({ ours, baseline, label, megabytes }) => {
      const above = memoryAboveBare(rounds, ours);
      const baselineAbove = memoryAboveBare(rounds, baseline) ?? null;
      if (above === undefined) return [];
      return [{ label, unit: 'MB', ours: above, baseline: baselineAbove, target: atMost(megabytes, above) }];
    }),
    ...loopDelays(rounds),
  ];
}

function speed(rounds: readonly Round<ContestantName>[], { ours, baseline, label, times }: SpeedTarget): Measurement[] {
  const ratio = timesAsFast(rounds, ours, baseline);
  if (ratio === undefined) return [];
  const target = { ...atLeast(times, ratio), text: `≥ ${textOf(times)} ×` };
  return [{ label, unit: '×', ours: ratio, baseline: 1, target }];
}

const LOOPS: readonly { readonly ours: ContestantName; readonly label: string }[] = [
  { ours: 'ours-http', label: 'p99 delay of the event loop, over HTTP' },
  { ours: 'ours-worker', label: 'p99 delay of the event loop, of a worker with a run' },
];

function loopDelays(rounds: readonly Round<ContestantName>[]): Measurement[] {
  const baseline = standingOf(rounds, 'zod-http', 1)?.loopDelayMs ?? null;
  return LOOPS.flatMap(({ ours: name, label }) => {
    const ours = standingOf(rounds, name, 1)?.loopDelayMs ?? null;
    return ours === null ? [] : [{ label, unit: 'ms', ours, baseline, target: atMost(LOOP_DELAY_TARGET_MS, ours) }];
  });
}
