import { memoryAboveBare, type Round, timesAsFast } from '../contest/rounds';
import { atLeast, atMost, type Measurement } from '../report';

const CPU_TARGET = 3;
const MEMORY_TARGET_MB = 150;

/** Rows by the time of processors and by the clock, and memory, of ours and of what users write. */
export function comparedWith<Name extends string>(
  rounds: readonly Round<Name>[],
  ours: Name,
  baseline: Name,
  what: string,
): Measurement[] {
  const cpu = timesAsFast(rounds, ours, baseline, 'cpuSeconds');
  const clock = timesAsFast(rounds, ours, baseline);
  const memory = memoryAboveBare(rounds, ours);
  if (cpu === undefined || clock === undefined || memory === undefined) return [];
  return [
    { label: `rows ${what}, by the time of processors`, unit: '×', ours: cpu, baseline: 1, target: timesTarget(cpu) },
    { label: `rows ${what}, by the clock`, unit: '×', ours: clock, baseline: 1 },
    {
      label: `memory above bare Node, rows ${what}`,
      unit: 'MB',
      ours: memory,
      baseline: memoryAboveBare(rounds, baseline) ?? null,
      target: atMost(MEMORY_TARGET_MB, memory),
    },
  ];
}

function timesTarget(times: number) {
  return { ...atLeast(CPU_TARGET, times), text: `≥ ${CPU_TARGET} ×` };
}
