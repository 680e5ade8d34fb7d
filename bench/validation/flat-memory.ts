import { join } from 'node:path';
import type { ProgramBenchmark } from '../benchmark';
import { atMost, type Measurement } from '../report';
import { compilePrograms } from '../contest/compiled-programs';
import { bareNode } from '../contest/contestant';
import { oursFromFile, zodFromFile } from './contestants';
import { type InputFile, writeInputFile } from '../generated/input-file';
import { memoryAboveBare, runRounds } from '../contest/rounds';
import { withScratchDirectory } from '../contest/scratch-directory';

const INPUTS = [
  { text: '100 MB', rows: 17_000 },
  { text: '1 GB', rows: 170_000 },
  { text: '10 GB', rows: 1_700_000 },
];
const SEED = 4;

/** Whether memory stays what it is however large the input. */
export const flatMemory: ProgramBenchmark = {
  kind: 'programs',
  name: 'flat-memory',
  onRequest: true,
  async run({ runs }, say) {
    say('compiling the programs');
    await compilePrograms();
    const measurements: Measurement[] = [];
    for (const { text, rows } of INPUTS) {
      await withScratchDirectory(async (directory) => {
        say(`writing ${text}`);
        const input = await writeInputFile(join(directory, 'input.jsonl'), { rows, seed: SEED });
        measurements.push(...(await memoryOf(text, input, runs, say)));
      });
    }
    return {
      name: 'flat-memory',
      what: `The highest resident set while a generated file is validated, less that of Node reading it in blocks; median of ${runs}.`,
      baseline: 'readline + JSON.parse + zod on the same file',
      measurements,
      notes: ['The keys of all rows are compared with each other: what is kept of one is a few bytes.'],
    };
  },
};

async function memoryOf(
  text: string,
  { path, rows }: InputFile,
  runs: number,
  say: (line: string) => void,
): Promise<Measurement[]> {
  const contestants = [bareNode(path), oursFromFile(1, path), oursFromFile(2, path), zodFromFile(path)];
  const rounds = await runRounds(contestants, runs, rows, (line) => say(`${text}, ${line}`));
  const baseline = memoryAboveBare(rounds, 'zod') ?? null;
  const measurement = (label: string, ours: number | undefined, limit: number): Measurement[] =>
    ours === undefined ? [] : [{ label, unit: 'MB', ours, baseline, target: atMost(limit, ours) }];
  return [
    ...measurement(`${text}, one thread`, memoryAboveBare(rounds, 'ours-1'), 40),
    ...measurement(`${text}, two threads`, memoryAboveBare(rounds, 'ours-2'), 80),
  ];
}
