import { join } from 'node:path';
import type { ProgramBenchmark } from '../benchmark';
import { textOf } from '../report';
import { detailsOf } from '../contest/details';
import { CONTEST_ROWS, CONTEST_SEED, holdContest } from '../contest/generated-contest';
import { compared } from './comparison';
import { bareNode } from '../contest/contestant';
import { inWorker, oursFromFile, otherPrograms, overHttp, parseFromFile, zodFromFile } from './contestants';
import { type EmulatedStorage, withEmulatedStorage } from './emulated-storage';
import { type TemporalForWorkers, withTemporalForWorkers } from './temporal-for-workers';
import { requireRoom, writeInputFile } from '../generated/input-file';
import { runRounds } from '../contest/rounds';

/** How fast rows are validated, and in how much memory, beside what else reads them. */
export const validate: ProgramBenchmark = {
  kind: 'programs',
  name: 'validate',
  async run({ runs, size, install }, say) {
    const rows = CONTEST_ROWS[size];
    return await holdContest({ install }, say, async (directory, loadNote) => {
      say(`writing ${rows} rows`);
      const input = await writeInputFile(join(directory, 'input.jsonl'), { rows, seed: CONTEST_SEED });
      await requireRoom(directory, input.bytes);
      const contest = async (storage: EmulatedStorage, temporal: TemporalForWorkers) => {
        const { contestants: others, absent } = await otherPrograms(input.path);
        const ours = [oursFromFile(1, input.path), oursFromFile(2, input.path)];
        const contestants = [
          bareNode(input.path),
          ...ours,
          zodFromFile(input.path),
          parseFromFile(input.path),
          ...others,
          ...overHttp(storage),
          inWorker(temporal, storage),
        ];
        const rounds = await runRounds(contestants, runs, input.rows, say);
        return {
          name: 'validate',
          what: `${textOf(input.rows)} generated rows, ${textOf(input.bytes / 1e6)} MB, checked by programs that take turns, each a process of its own; median of ${runs}.`,
          baseline: 'the other program in the same round; for memory, what users write',
          measurements: compared(rounds, Number.parseInt(process.versions.node, 10)),
          details: detailsOf(contestants, rounds, input.bytes),
          notes: [...NOTES, loadNote, ...absent],
        };
      };
      say('starting Temporal');
      return await withTemporalForWorkers(directory, (temporal) =>
        withEmulatedStorage(join(directory, 'objects'), input.path, (storage) => contest(storage, temporal)),
      );
    });
  },
};

const NOTES = [
  'MB/s are 10⁶ bytes of input a second, from the first byte to the verdict: a process and its modules are loaded by then, its threads are not. jq can’t tell, so the time of its whole process counts. Files are in the page cache.',
  'Memory is the highest resident set of the process. Bare Node reads the same file in blocks of 1 MiB and does nothing.',
  'All rows are valid; a program that counts other rows or finds an error ends the benchmark. jq and DuckDB check next to nothing: DuckDB takes four fields by type and accepts misspelt ones.',
  'Over HTTP the emulated Cloud Storage is a process of its own on the same machine. Ours is the run’s own activities, from finding the input to the merge of its ranges, which also write what they found; users read with Google’s library and its default checksum. The worker has one run, from its start until it asks what the sound rows may cost: Temporal’s work and the comparison of keys are in its time, and its loop is that of the process in which all activities run.',
];
