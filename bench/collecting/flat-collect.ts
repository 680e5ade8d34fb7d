import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgramBenchmark } from '../benchmark';
import { compilePrograms } from '../contest/compiled-programs';
import { bareNode, inNode } from '../contest/contestant';
import { memoryAboveBare, runRounds } from '../contest/rounds';
import { withScratchDirectory } from '../contest/scratch-directory';
import { atMost, type Measurement } from '../report';

/** Outputs of 7.3 KB a row. A job has 200,000 rows at most: the largest is what seven of them write. */
const OUTPUTS = [
  { text: '100 MB', rows: 14_000 },
  { text: '1 GB', rows: 140_000 },
  { text: '10 GB', rows: 1_400_000 },
];
const ROWS_OF_A_JOB = 200_000;
const MEMORY_MB = 100;
/** Of the index and the books, beyond a job's rows. */
const BYTES_PER_ROW = 140;

/** Whether collecting takes what its rows' places and sums take, and no more, however large the outputs. */
export const flatCollect: ProgramBenchmark = {
  kind: 'programs',
  name: 'flat-collect',
  onRequest: true,
  async run({ runs }, say) {
    say('compiling the programs');
    await compilePrograms();
    const measurements: Measurement[] = [];
    for (const { text, rows } of OUTPUTS) {
      const above = await withScratchDirectory((directory) => memoryOf(directory, rows, runs, say));
      const limit = MEMORY_MB + (Math.max(0, rows - ROWS_OF_A_JOB) * BYTES_PER_ROW) / 1e6;
      measurements.push({ label: text, unit: 'MB', ours: above, baseline: null, target: atMost(limit, above) });
    }
    return {
      name: 'flat-collect',
      what: `The highest resident set while an input is planned and an output of it collected and settled, less that of Node; median of ${runs}.`,
      baseline: 'none',
      measurements,
      notes: [
        'Input and output are made as they are read, in the same process; results are forgotten.',
        `Of each row are held its place, its key and what was collected of it: up to ${BYTES_PER_ROW} bytes. A run has parts of at most 200,000 rows and holds one at a time for each job.`,
      ],
    };
  },
};

async function memoryOf(directory: string, rows: number, runs: number, say: (line: string) => void): Promise<number> {
  const collected = join(directory, 'collected');
  const generated = inNode('ours', 'ours', 'collect-generated', [String(rows), collected]);
  const anew = async () => {
    await rm(collected, { recursive: true, force: true });
    return await generated.run();
  };
  const rounds = await runRounds([bareNode(__filename), { ...generated, run: anew }], runs, rows, say);
  const above = memoryAboveBare(rounds, 'ours');
  if (above === undefined) throw new Error('The memory of Node can’t be told here');
  return above;
}
