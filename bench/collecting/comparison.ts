import { memoryAboveBare, type Round, timesAsFast } from '../contest/rounds';
import { atLeast, atMost, type Measurement, textOf } from '../report';
import type { CollectorName } from './contestants';

interface SpeedTarget {
  readonly ours: CollectorName;
  readonly baseline: CollectorName;
  readonly label: string;
  readonly times: number;
}

const SPEED_TARGETS: readonly SpeedTarget[] = [
  { ours: 'ours', baseline: 'naive', label: 'keys, to what users write', times: 4.5 },
  { ours: 'ours-two-threads', baseline: 'naive', label: 'keys, two threads, to what users write', times: 8 },
  { ours: 'ours-hashes', baseline: 'naive-hashes', label: 'hashes, to what users write', times: 3.5 },
];

const MEMORY_TARGET_MB = 100;

/** Speeds as ratios, by the clock and by the time of processors, then memory; who took no part is left out. */
export function compared(rounds: readonly Round<CollectorName>[]): Measurement[] {
  return [
    ...SPEED_TARGETS.flatMap((target) => speed(rounds, target)),
    ...twoThreads(rounds),
    ...SPEED_TARGETS.flatMap(({ ours, baseline, label }) => memory(rounds, ours, baseline, label)),
  ];
}

function speed(rounds: readonly Round<CollectorName>[], { ours, baseline, label, times }: SpeedTarget): Measurement[] {
  const ratio = timesAsFast(rounds, ours, baseline);
  const ratioOfCpu = timesAsFast(rounds, ours, baseline, 'cpuSeconds');
  const target = (value: number) => ({ ...atLeast(times, value), text: `≥ ${textOf(times)} ×` });
  return [
    ...(ratio === undefined ? [] : [{ label, unit: '×', ours: ratio, baseline: 1, target: target(ratio) }]),
    ...(ratioOfCpu === undefined
      ? []
      : [{ label: `${label}, by processor time`, unit: '×', ours: ratioOfCpu, baseline: 1 }]),
  ];
}

/** What the second thread saves; part of the time goes into starting it, and the books are one thread's work. */
function twoThreads(rounds: readonly Round<CollectorName>[]): Measurement[] {
  const ratio = timesAsFast(rounds, 'ours-two-threads', 'ours');
  return ratio === undefined ? [] : [{ label: 'two threads, to one', unit: '×', ours: ratio, baseline: 1 }];
}

function memory(
  rounds: readonly Round<CollectorName>[],
  ours: CollectorName,
  baseline: CollectorName,
  speedLabel: string,
): Measurement[] {
  const above = memoryAboveBare(rounds, ours);
  if (above === undefined) return [];
  const label = `memory above bare Node, ${speedLabel.split(', to ')[0]}`;
  const target = atMost(MEMORY_TARGET_MB, above);
  return [{ label, unit: 'MB', ours: above, baseline: memoryAboveBare(rounds, baseline) ?? null, target }];
}
