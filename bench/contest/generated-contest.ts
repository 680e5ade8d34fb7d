import { loadavg } from 'node:os';
import type { BenchOptions } from '../options';
import { textOf } from '../report';
import { compilePrograms } from './compiled-programs';
import { installPython } from './python';
import { withScratchDirectory } from './scratch-directory';

/** Rows that are generated for a contest. */
export const CONTEST_ROWS = { small: 40_000, large: 200_000 };
export const CONTEST_SEED = 4;

/** Makes the programs of a contest ready, then holds it in a directory of its own; `loadNote` tells how busy the machine was before. */
export async function holdContest<Value>(
  { install }: Pick<BenchOptions, 'install'>,
  say: (line: string) => void,
  contest: (directory: string, loadNote: string) => Promise<Value>,
): Promise<Value> {
  if (install) {
    say('installing pydantic and DuckDB');
    await installPython();
  }
  const loadNote = `Load of the machine before: ${textOf(loadavg()[0] ?? 0)}.`;
  say('compiling the programs');
  await compilePrograms();
  return await withScratchDirectory((directory) => contest(directory, loadNote));
}
