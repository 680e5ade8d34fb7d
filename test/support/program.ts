import { runProgram } from '../../src/cli/program';
import type { BatchWorld } from './batch-world';

/** Runs a command of the command line against a world, in this process; what it writes to stdout and stderr is one text. */
export async function program(
  world: BatchWorld,
  words: readonly string[],
): Promise<{ readonly exitCode: number; readonly text: string }> {
  const said = { exitCode: -1, text: '' };
  const stream = { columns: 200, write: (piece: string) => ((said.text += piece), true) };
  await runProgram(words, {
    environment: {
      ...process.env,
      TEMPORAL_ADDRESS: world.temporal.address,
      VERTEX_BATCH_EMULATOR: world.url,
      VERTEX_BATCH_TASK_QUEUE: world.taskQueue,
    },
    stdin: (async function* () {})(),
    stdout: stream,
    stderr: stream,
    end: (code) => {
      said.exitCode = code;
    },
  });
  return said;
}
