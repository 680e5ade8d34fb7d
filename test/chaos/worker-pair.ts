import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startPlainProcess, type PlainProcess } from '../support/plain-process';
import type { WorkerProcessSettings } from '../support/worker-process';
import { WORKERS } from './storm-plan';

/** How far the clock of each worker is ahead. */
const CLOCKS_AHEAD_MS: readonly number[] = [24 * 3_600_000, -3_600_000];
const SCRIPT = join(__dirname, '../support/worker-process.ts');

/** Worker processes by number, supervised as in production: one that ends by itself is started again, too. */
export class WorkerPair {
  readonly #settings: WorkerProcessSettings;
  readonly #workers: PlainProcess[];
  readonly #former: PlainProcess[] = [];
  readonly #restarts = new Set<Promise<void>>();
  readonly #findings: string[] = [];
  #isClosing = false;

  constructor(settings: WorkerProcessSettings) {
    this.#settings = settings;
    this.#workers = Array.from({ length: WORKERS }, (_, index) => this.#start(index));
  }

  /** Kills one and has it started again later; false where it was dead already. */
  kill(index: number, restartAfterMs: number): boolean {
    const worker = this.#workers[index];
    if (worker?.isRunning() !== true || this.#former.includes(worker)) return false;
    this.#former.push(worker);
    this.#restart(index, worker.end('SIGKILL'), restartAfterMs);
    return true;
  }

  /** Waits for the restarts that are due. */
  async whole(): Promise<void> {
    while (this.#restarts.size > 0) await Promise.all(this.#restarts);
  }

  /** What was wrong with the processes since it was asked last, once all restarts are over. */
  findings(): string[] {
    const alive = this.#former.filter((worker) => worker.isRunning());
    return [...this.#findings.splice(0), ...alive.map(({ pid }) => `worker process ${pid} outlived its kill`)];
  }

  /** What all of them wrote to stdout and stderr. */
  output(): string {
    const all = [...this.#former, ...this.#workers];
    return all.map((worker) => `--- worker process ${worker.pid}\n${worker.output()}`).join('\n');
  }

  /** Drains them, and says which didn't end as they should. */
  async drain(): Promise<string[]> {
    await this.whole();
    this.#isClosing = true;
    const codes = await Promise.all(this.#workers.map((worker) => worker.end('SIGTERM')));
    return codes.flatMap((code, index) => (code === 0 ? [] : [`worker ${index} was drained and ended with ${code}`]));
  }

  #start(index: number): PlainProcess {
    const settings: WorkerProcessSettings = { ...this.#settings, clockAheadMs: CLOCKS_AHEAD_MS[index] ?? 0 };
    const command = [process.execPath, '--import', 'tsx', SCRIPT, JSON.stringify(settings)];
    const worker = startPlainProcess(command, {});
    void worker.ended.then(() => this.#onEnd(index, worker));
    return worker;
  }

  #onEnd(index: number, worker: PlainProcess): void {
    if (this.#isClosing || this.#former.includes(worker)) return;
    this.#former.push(worker);
    // the SDK doesn't start a worker while Temporal can't be reached
    if (!worker.output().includes('TransportError')) {
      this.#findings.push(`worker ${index} ended by itself: ${worker.output().slice(-1_000)}`);
    }
    this.#restart(index, worker.ended, SUPERVISOR_PAUSE_MS);
  }

  #restart(index: number, ended: Promise<unknown>, afterMs: number): void {
    const restart = ended
      .then(() => delay(afterMs))
      .then(() => {
        this.#workers[index] = this.#start(index);
        this.#restarts.delete(restart);
      });
    this.#restarts.add(restart);
  }
}

const SUPERVISOR_PAUSE_MS = 500;
