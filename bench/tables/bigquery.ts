import { join } from 'node:path';
import type { ProgramBenchmark } from '../benchmark';
import { bareNode, inNode } from '../contest/contestant';
import { detailsOf } from '../contest/details';
import { CONTEST_ROWS, CONTEST_SEED, holdContest } from '../contest/generated-contest';
import { memoryAboveBare, runRounds, timesAsFast, type Round } from '../contest/rounds';
import { requireRoom, writeInputFile } from '../generated/input-file';
import { atLeast, atMost, type Measurement, textOf } from '../report';
import { withEmulatedStorage } from '../validation/emulated-storage';

type ContestantName = 'bare' | 'ours' | 'zod';

/** Object, table, and a copy of the table for each round. */
const SCRATCH_BYTES_PER_ROW = 25_000;
const CPU_TARGET = 3;
const MEMORY_TARGET_MB = 150;

/** What it takes of the client to validate the rows of a table, beside what users write. */
export const bigquery: ProgramBenchmark = {
  kind: 'programs',
  name: 'bigquery',
  async run({ runs, size, install }, say) {
    const rows = CONTEST_ROWS[size];
    return await holdContest({ install }, say, async (directory, loadNote) => {
      await requireRoom(directory, rows * SCRATCH_BYTES_PER_ROW);
      say(`writing ${rows} rows`);
      const input = await writeInputFile(join(directory, 'input.jsonl'), { rows, seed: CONTEST_SEED });
      say('loading them into a table');
      const work = async ({ url, table }: { readonly url: string; readonly table: string }) => {
        const contestants = [
          bareNode(input.path),
          inNode<ContestantName>('zod', 'createReadStream of the library + JSON.parse + zod', 'zod-over-table', [
            url,
            table,
          ]),
          inNode<ContestantName>('ours', 'ours', 'ours-over-http', [url, table]),
        ];
        const rounds = await runRounds(contestants, runs, input.rows, say);
        return {
          name: 'bigquery',
          what: `A table of ${textOf(input.rows)} generated rows, ${textOf(input.bytes / 1e6)} MB, validated by programs that take turns, each a process of its own; median of ${runs}.`,
          baseline: 'what users write, in the same round',
          measurements: compared(rounds),
          details: detailsOf(contestants, rounds, input.bytes),
          notes: [...NOTES, loadNote],
        };
      };
      return await withEmulatedStorage(join(directory, 'objects'), input.path, work, { withTable: true });
    });
  },
};

function compared(rounds: readonly Round<ContestantName>[]): Measurement[] {
  const cpu = timesAsFast(rounds, 'ours', 'zod', 'cpuSeconds');
  const clock = timesAsFast(rounds, 'ours', 'zod');
  const memory = memoryAboveBare(rounds, 'ours');
  return [
    ...(cpu === undefined
      ? []
      : [{ label: 'rows by the time of processors', unit: '×', ours: cpu, baseline: 1, target: timesTarget(cpu) }]),
    ...(clock === undefined ? [] : [{ label: 'rows by the clock', unit: '×', ours: clock, baseline: 1 }]),
    ...(memory === undefined
      ? []
      : [
          {
            label: 'memory above bare Node',
            unit: 'MB',
            ours: memory,
            baseline: memoryAboveBare(rounds, 'zod') ?? null,
            target: atMost(MEMORY_TARGET_MB, memory),
          },
        ]),
  ];
}

function timesTarget(times: number) {
  return { ...atLeast(CPU_TARGET, times), text: `≥ ${CPU_TARGET} ×` };
}

const NOTES = [
  'The emulated BigQuery and Cloud Storage are one process of their own on the same machine; only the client’s is measured.',
  'Ours is the run’s own activities: the table copied into the bucket in ranges, its rows validated on the way, the ranges merged. Users read rows as Google’s library streams them and keep nothing.',
  'MB are 10⁶ bytes of the rows as JSON lines.',
];
