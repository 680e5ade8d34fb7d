import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Held, HeldWorkerSettings } from './held';

const PROGRAM = join(__dirname, '../programs/held-worker.ts');

/** A worker in a process of its own, so that nothing else is counted. */
export class HeldWorker {
  readonly #process: ChildProcess;

  constructor(settings: HeldWorkerSettings) {
    const execArgv = ['--expose-gc', '--import', 'tsx'];
    this.#process = fork(PROGRAM, [JSON.stringify(settings)], { execArgv });
  }

  /** Asked while no run is open. */
  async held(): Promise<Held> {
    const ended = once(this.#process, 'exit').then(([code]) => {
      throw new Error(`The worker ended with ${String(code)}`);
    });
    const answer = once(this.#process, 'message');
    this.#process.send('what is held?');
    const [held] = await Promise.race([answer, ended]);
    return held as Held;
  }

  /** By force: what has leaked may keep it from ending by itself. */
  async close(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}
