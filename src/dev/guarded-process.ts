import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { lastLines } from './run-quietly';

/** A process that ends when ours does, whatever ends ours. */
export interface GuardedProcess {
  readonly pid: number;
  /** Settles when the process has ended. */
  readonly ended: Promise<void>;
  /** Whether it still runs. */
  isRunning(): boolean;
  /** The last lines that it wrote to stdout and stderr. */
  lastOutput(): string;
  /** Asks it to end (SIGTERM, after five seconds SIGKILL) and waits for that. */
  stop(): Promise<void>;
  /** Ends it at once with SIGKILL and waits for that: what a crash looks like. */
  kill(): Promise<void>;
}

/**
 * Stands between us and the program. Its channel to us closes even when we are killed with SIGKILL, and then it ends
 * the program. Plain JavaScript in a string, so that it starts alike from `dist`, tsx and vitest.
 */
const GUARD = `
const { spawn } = require('node:child_process');
const [command, ...args] = JSON.parse(process.argv[1]);
const program = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true });
const tell = (message) => process.connected && process.send(message, () => {});
const end = () => {
  program.kill('SIGTERM');
  setTimeout(() => program.kill('SIGKILL'), 5000);
};
program.once('spawn', () => tell({ pid: program.pid }));
program.once('error', (error) => { tell({ error: error.message }); process.exitCode = 1; process.disconnect(); });
program.once('exit', () => process.exit());
process.once('disconnect', end);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, end);
`;

/** Starts a program beside us. It has a process group of its own, so that Ctrl-C reaches us first and we end it in order. */
export async function startGuarded(command: string, args: readonly string[]): Promise<GuardedProcess> {
  const guard = spawn(process.execPath, ['-e', GUARD, JSON.stringify([command, ...args])], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
    windowsHide: true,
    env: withoutNodeOptions(process.env),
  });
  const ended = new Promise<void>((resolve) => guard.once('exit', () => resolve()));
  let output = '';
  for (const stream of [guard.stdout, guard.stderr]) {
    stream?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-16_384)));
  }
  const pid = await programId(guard, command);
  const release = () => {
    guard.unref();
    guard.channel?.unref();
    (guard.stdout as Socket).unref();
    (guard.stderr as Socket).unref();
  };
  release();

  const isRunning = () => guard.exitCode === null && guard.signalCode === null;
  const waitForEnd = async () => {
    guard.ref();
    await ended;
  };
  return {
    pid,
    ended,
    isRunning,
    lastOutput: () => lastLines(output),
    async stop() {
      if (isRunning() && guard.connected) guard.disconnect();
      await waitForEnd();
    },
    async kill() {
      if (isRunning()) killIfAlive(pid);
      await waitForEnd();
    },
  };
}

function programId(guard: ReturnType<typeof spawn>, command: string): Promise<number> {
  return new Promise((resolve, reject) => {
    guard.once('message', (message: { pid?: number; error?: string }) => {
      if (message.pid === undefined) reject(new Error(`Cannot start ${command}: ${message.error}`));
      else resolve(message.pid);
    });
    guard.once('error', reject);
    guard.once('exit', () => reject(new Error(`Cannot start ${command}: its guard ended`)));
  });
}

/** Loaders and inspectors meant for us would only slow the guard down. */
function withoutNodeOptions(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = environment;
  return rest;
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
