import { compiledProgram, pythonProgram } from './compiled-programs';
import type { Measured } from './measured';
import { runProgram } from './run-program';

/** Something that reads a file, in a process of its own. */
export interface Contestant<Name extends string> {
  readonly name: Name;
  readonly label: string;
  run(): Promise<Measured>;
}

/** Node that reads the file and does nothing: what memory is compared with. */
export function bareNode(path: string): Contestant<'bare'> {
  return inNode('bare', 'Node itself, reading blocks', 'bare-node', [path]);
}

/** One of `bench/programs`, compiled. */
export function inNode<Name extends string>(
  name: Name,
  label: string,
  program: string,
  args: readonly string[],
): Contestant<Name> {
  return { name, label, run: () => measuredBy(process.execPath, compiledProgram(program, args)) };
}

/** One of `bench/programs` in Python. */
export function inPython<Name extends string>(
  name: Name,
  label: string,
  python: string,
  program: string,
  args: readonly string[],
): Contestant<Name> {
  return { name, label, run: () => measuredBy(python, [pythonProgram(program), ...args]) };
}

async function measuredBy(command: string, args: readonly string[]): Promise<Measured> {
  return JSON.parse((await runProgram(command, args)).stdout) as Measured;
}
