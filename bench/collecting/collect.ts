import type { ProgramBenchmark } from '../benchmark';
import { detailsOf } from '../contest/details';
import { CONTEST_ROWS, CONTEST_SEED, holdContest } from '../contest/generated-contest';
import { runRounds } from '../contest/rounds';
import { requireRoom } from '../generated/input-file';
import { textOf } from '../report';
import { compared } from './comparison';
import { collectors } from './contestants';
import { prepareOutputs } from './preparation';

/** Input, two outputs and what everybody writes in every round, a row. */
const SCRATCH_BYTES_PER_ROW = 60_000;

/** How fast outputs become results, and in how much memory, beside what else makes them. */
export const collect: ProgramBenchmark = {
  kind: 'programs',
  name: 'collect',
  async run({ runs, size, install }, say) {
    const rows = CONTEST_ROWS[size];
    return await holdContest({ install }, say, async (directory, loadNote) => {
      await requireRoom(directory, rows * SCRATCH_BYTES_PER_ROW);
      const prepared = await prepareOutputs(directory, { rows, seed: CONTEST_SEED }, say);
      const { contestants, absent } = await collectors(directory, prepared);
      const rounds = await runRounds(contestants, runs, prepared.rows, say);
      const { bytes } = prepared.withKeys;
      return {
        name: 'collect',
        what: `${textOf(prepared.rows)} generated rows of output, ${textOf(bytes / 1e6)} MB, made into results by programs that take turns, each a process of its own; median of ${runs}.`,
        baseline: 'what users write, in the same round',
        measurements: compared(rounds),
        details: detailsOf(contestants, rounds, bytes),
        notes: [...NOTES, loadNote, ...absent],
      };
    });
  },
};

const NOTES = [
  'MB/s are 10⁶ bytes of output a second, from the first byte until the last result is written; files are in the page cache. Everybody knows the keys, or hashes, of the input’s rows before.',
  'Ours is what `vertex-batch collect` does with an output: one thread unless two are named, which share four ranges, the books, the check of their sums, results and errors with their checksums. The others write the results of a single pass, accept any row twice and miss none.',
  'With hashes, the output echoes no key: rows are found by the request that it echoes, with other nulls and spellings than it was sent with.',
  'DuckDB takes the fields it is told by type, and the first part of a text.',
];
