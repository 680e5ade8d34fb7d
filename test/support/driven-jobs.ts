import type { EmulatedJob, Emulator, Scenario } from '../../src/emulator';
import { isTerminal } from '../../src/domain/job-state';

/** What a service does with one job, step by step. */
export interface JobScript {
  /** `GONE`: for so long the service says 404. */
  readonly steps: readonly { readonly state: string; readonly ms: number }[];
  /** How the job ends once its cancel was asked for; null: it stays CANCELLING. */
  readonly afterCancel: { readonly state: string; readonly ms: number } | null;
}

export const GONE = 'GONE';

const CANCELLING = 'JOB_STATE_CANCELLING';
const NEVER_MS = 3_600_000;

/** A job does nothing by itself: it waits in the queue, and in CANCELLING, for what its script says. */
const BY_HAND: Scenario = {
  transitions: [
    { state: 'JOB_STATE_PENDING', hold: true },
    { state: 'JOB_STATE_RUNNING', ms: 200, hold: true },
  ],
  cancel: { ms: NEVER_MS },
};

/** The jobs of many runs at one service, each of them taken through a script of its own. */
export class DrivenJobs {
  readonly #emulator: Emulator;
  readonly #scenario: Scenario;
  readonly #gone = new Set<string>();

  constructor(emulator: Emulator, scenario: Scenario = {}) {
    this.#emulator = emulator;
    this.#scenario = { ...BY_HAND, ...scenario };
    emulator.setScenario(this.#scenario);
  }

  of(workflowId: string): EmulatedJob[] {
    return this.#emulator.jobs().filter(({ outputDirectory }) => outputDirectory.includes(`/${workflowId}/`));
  }

  /** Takes each job of a run through the script until the signal comes. */
  async drive(workflowId: string, script: JobScript, signal: AbortSignal): Promise<void> {
    const lives = new Map<string, Promise<void>>();
    while (!signal.aborted) {
      for (const { name } of this.of(workflowId)) {
        if (!lives.has(name)) lives.set(name, this.#live(name, script, signal));
      }
      await this.#emulator.clock.sleep(10);
    }
    await Promise.all(lives.values());
  }

  async #live(name: string, { steps, afterCancel }: JobScript, signal: AbortSignal): Promise<void> {
    let state = 'JOB_STATE_PENDING';
    const wasCancelled = () => state !== CANCELLING && this.#stateOf(name) === CANCELLING;
    for (const step of steps) {
      if (wasCancelled() || this.#hasEnded(name)) break;
      if (step.state === GONE) this.#hide(name);
      else this.#emulator.control(name, (state = step.state));
      await this.#emulator.clock.sleep(step.ms);
      if (step.state === GONE) this.#show(name);
    }
    while (!signal.aborted && !wasCancelled() && !this.#hasEnded(name)) await this.#emulator.clock.sleep(10);
    if (signal.aborted || afterCancel === null) return;
    await this.#emulator.clock.sleep(afterCancel.ms);
    if (!this.#hasEnded(name)) this.#emulator.control(name, afterCancel.state);
  }

  #stateOf(name: string): string {
    return this.#emulator.jobs().find((job) => job.name === name)?.state ?? '';
  }

  #hasEnded(name: string): boolean {
    return isTerminal(this.#stateOf(name));
  }

  #hide(name: string): void {
    this.#gone.add(name);
    this.#showFaults();
  }

  #show(name: string): void {
    this.#gone.delete(name);
    this.#showFaults();
  }

  #showFaults(): void {
    const gone = [...this.#gone].map((path) => {
      return { call: 'get', path, times: NEVER_MS, fault: { kind: 'status', status: 404 } } as const;
    });
    this.#emulator.setScenario({ ...this.#scenario, faults: [...gone, ...(this.#scenario.faults ?? [])] });
  }
}
