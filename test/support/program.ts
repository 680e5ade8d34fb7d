import type { Host } from '../../src/cli/command-line';
import { runProgram } from '../../src/cli/program';
import type { BatchWorld } from './batch-world';

/** What a command of the command line wrote, and how it ended. */
export interface Said {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
  /** Both, in the order in which they were written. */
  text: string;
}

export interface ProgramOptions {
  readonly environment?: Host['environment'];
  /** Of the terminal. @default 200 */
  readonly columns?: number;
  /** All of it. @default none */
  readonly stdin?: string;
}

/** Runs a command of the command line in this process. */
export async function runHere(
  words: readonly string[],
  { environment = {}, columns = 200, stdin = '' }: ProgramOptions = {},
): Promise<Said> {
  const said: Said = { exitCode: undefined, stdout: '', stderr: '', text: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    columns,
    write: (piece: string) => {
      said[name] += piece;
      said.text += piece;
      return true;
    },
  });
  await runProgram(words, {
    environment,
    stdin: (async function* () {
      if (stdin !== '') yield stdin;
    })(),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    end: (exitCode) => {
      said.exitCode = exitCode;
    },
  });
  return said;
}

/** Runs a command against a world. */
export async function program(world: BatchWorld, words: readonly string[]): Promise<Said> {
  return await runHere(words, { environment: environmentOf(world) });
}

/** What the command line, or a worker, has to know of a world. */
export function environmentOf(world: BatchWorld): NodeJS.ProcessEnv {
  return {
    ...process.env,
    TEMPORAL_ADDRESS: world.temporal.address,
    VERTEX_BATCH_EMULATOR: world.url,
    VERTEX_BATCH_TASK_QUEUE: world.taskQueue,
  };
}
