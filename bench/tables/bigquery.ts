import { join } from 'node:path';
import type { ProgramBenchmark } from '../benchmark';
import { bareNode, inNode } from '../contest/contestant';
import { detailsOf } from '../contest/details';
import { CONTEST_ROWS, CONTEST_SEED, holdContest } from '../contest/generated-contest';
import { runRounds, type Round } from '../contest/rounds';
import { requireRoom, writeInputFile } from '../generated/input-file';
import { type Measurement, textOf } from '../report';
import { withEmulatedStorage } from '../validation/emulated-storage';
import { comparedWith } from './comparison';

type ContestantName = 'bare' | 'ours' | 'ours-run' | 'zod';

/** Object, table, and a copy of the table for each round. */
const SCRATCH_BYTES_PER_ROW = 25_000;

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
          inNode<ContestantName>('ours', 'ours, the validation alone', 'ours-over-table', [url, table]),
          inNode<ContestantName>('ours-run', 'ours, with the copy that a run makes', 'ours-over-http', [url, table]),
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
      return await withEmulatedStorage(join(directory, 'objects'), input.path, work, {
        columns: 'key STRING,request JSON',
      });
    });
  },
};

function compared(rounds: readonly Round<ContestantName>[]): Measurement[] {
  return [
    ...comparedWith(rounds, 'ours', 'zod', 'validated'),
    ...comparedWith(rounds, 'ours-run', 'zod', 'validated and copied'),
  ];
}

const NOTES = [
  'The emulated BigQuery and Cloud Storage are one process of their own on the same machine; only the client’s is measured.',
  'The validation alone is what `vertex-batch validate` does: rows are read as they come and kept nowhere, as users do it with Google’s library. With the copy it is a run’s own activities: the table copied into the bucket in ranges, its rows validated on the way, the ranges merged.',
  'MB are 10⁶ bytes of the rows as JSON lines.',
];
