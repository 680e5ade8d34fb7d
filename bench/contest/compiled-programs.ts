import { copyFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runProgram } from './run-program';

const PROJECT = resolve(__dirname, '../..');
const PROGRAMS = join(PROJECT, 'bench/programs');
const COMPILED_PROJECT = join(PROJECT, 'node_modules/.cache/vertex-batch-bench');
const COMPILED = join(COMPILED_PROJECT, 'bench/programs');

/** Compiles the programs that are measured, and what they import. */
export async function compilePrograms(): Promise<void> {
  const compiler = require.resolve('typescript/bin/tsc');
  await runProgram(process.execPath, [compiler, '-p', join(PROGRAMS, 'tsconfig.json')]);
  // a worker says of which version it is
  await copyFile(join(PROJECT, 'package.json'), join(COMPILED_PROJECT, 'package.json'));
}

/** Arguments of Node for one of them. */
export function compiledProgram(name: string, args: readonly string[]): readonly string[] {
  return [join(COMPILED, `${name}.js`), ...args];
}

/** A program in Python, as it lies. */
export function pythonProgram(name: string): string {
  return join(PROGRAMS, `${name}.py`);
}
