import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface ProgramEnd {
  readonly stdout: string;
  readonly stderr: string;
  /** Of the whole process. */
  readonly seconds: number;
}

/**
 * Runs a program to its end.
 * @throws {Error} with its last words when it fails
 */
export async function runProgram(command: string, args: readonly string[]): Promise<ProgramEnd> {
  const startMs = performance.now();
  const program = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const code = new Promise<number | null>((resolve, reject) => {
    program.once('error', (error) => reject(new Error(`Cannot start ${command}: ${error.message}`, { cause: error })));
    program.once('close', resolve);
  });
  const [stdout, stderr, status] = await Promise.all([text(program.stdout), text(program.stderr), code]);
  const seconds = (performance.now() - startMs) / 1000;
  if (status === 0) return { stdout, stderr, seconds };
  throw new Error(`${[command, ...args].join(' ')} ended with ${status}: ${stderr.trim().slice(-2000)}`);
}

/** Whether it runs at all; a program that isn't there is no error. */
export async function runs(command: string, args: readonly string[]): Promise<boolean> {
  return await runProgram(command, args).then(
    () => true,
    () => false,
  );
}
