import { loadavg } from 'node:os';
import { join } from 'node:path';
import type { ProgramBenchmark } from '../benchmark';
import { textOf } from '../report';
import { detailsOf } from '../contest/details';
import { compared } from './comparison';
import { compilePrograms } from '../contest/compiled-programs';
import { bareNode } from '../contest/contestant';
import { oursFromFile, otherPrograms, overHttp, parseFromFile, zodFromFile } from './contestants';
import { withEmulatedStorage } from './emulated-storage';
import { requireRoom, writeInputFile } from '../generated/input-file';
import { installPython } from '../contest/python';
import { runRounds } from '../contest/rounds';
import { withScratchDirectory } from '../contest/scratch-directory';

const ROWS = { small: 40_000, large: 200_000 };
const SEED = 4;

/** How fast rows are validated, and in how much memory, beside what else reads them. */
export const validate: ProgramBenchmark = {
  kind: 'programs',
  name: 'validate',
  async run({ runs, size, install }, say) {
    if (install) {
      say('installing pydantic and DuckDB');
      await installPython();
    }
    const load = loadavg()[0] ?? 0;
    say('compiling the programs');
    await compilePrograms();
    return await withScratchDirectory(async (directory) => {
      say(`writing ${ROWS[size]} rows`);
      const input = await writeInputFile(join(directory, 'input.jsonl'), { rows: ROWS[size], seed: SEED });
      await requireRoom(directory, input.bytes);
      return await withEmulatedStorage(join(directory, 'objects'), input.path, async (storage) => {
        const { contestants: others, absent } = await otherPrograms(input.path);
        const ours = [oursFromFile(1, input.path), oursFromFile(2, input.path)];
        const contestants = [
          bareNode(input.path),
          ...ours,
          zodFromFile(input.path),
          parseFromFile(input.path),
          ...others,
          ...overHttp(storage),
        ];
        const rounds = await runRounds(contestants, runs, input.rows, say);
        return {
          name: 'validate',
          what: `${textOf(input.rows)} generated rows, ${textOf(input.bytes / 1e6)} MB, checked by programs that take turns, each a process of its own; median of ${runs}.`,
          baseline: 'the other program in the same round; for memory, what users write',
          measurements: compared(rounds, Number.parseInt(process.versions.node, 10)),
          details: detailsOf(contestants, rounds, input.bytes),
          notes: [...NOTES, `Load of the machine before: ${textOf(load)}.`, ...absent],
        };
      });
    });
  },
};

const NOTES = [
  'MB/s are 10⁶ bytes of input a second, from the first byte to the verdict: a process and its modules are loaded by then, its threads are not. jq can’t tell, so the time of its whole process counts. Files are in the page cache.',
  'Memory is the highest resident set of the process. Bare Node reads the same file in blocks of 1 MiB and does nothing.',
  'All rows are valid; a program that counts other rows or finds an error ends the benchmark. jq and DuckDB check next to nothing: DuckDB takes four fields by type and accepts misspelt ones.',
  'Over HTTP the emulated Cloud Storage is a process of its own on the same machine. Ours is the run’s own activities, from finding the input to the merge of its ranges, which also write what they found; users read with Google’s library and its default checksum.',
];
