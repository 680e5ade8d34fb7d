import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A program as a test runs it: its output is kept, and it never outlives the test file. */
export interface PlainProcess {
  readonly pid: number | undefined;
  output(): string;
  isRunning(): boolean;
  /** Settles when it has ended, however it did. */
  readonly ended: Promise<unknown>;
  /** Sends a signal and waits for the end; gives the exit code, `null` where the signal itself ended it. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

const running = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a program with nothing in its environment but the PATH and what is given, as another user where one is given. */
export function startPlainProcess(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  user: { readonly uid?: number; readonly gid?: number } = {},
): PlainProcess {
  const [program = '', ...args] = command;
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], ...user });
  running.add(child);
  const ended = once(child, 'close').finally(() => running.delete(child));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid,
    output: () => output,
    isRunning,
    ended,
    async end(signal = 'SIGTERM') {
      if (isRunning()) child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
}
