import type { EmulatorClock } from '../clock';
import type { JobError } from '../scenario';
import { isTerminal } from './job';
import type { Job } from './job';
import { JobFailure } from './job-failure';
import { durationOf, finishedShareOf, stepsOf } from './job-plan';
import type { Step } from './job-plan';

const TICKS_PER_STEP = 20;

/** Takes one job from state to state as its scenario says, whether or not anybody looks. */
export class JobLife {
  readonly #job: Job;
  readonly #clock: EmulatorClock;
  readonly #steps: Step[];
  readonly #finishedShare: number;
  readonly #runningMs: number;
  #next = 0;
  #ranMs = 0;
  #current: Step | undefined;
  #interrupted: { readonly step: Step; readonly leftMs: number } | undefined;
  #endsAt = 0;
  /** Counts interventions, so that work begun before one doesn't go on after it. */
  #era = 0;
  #cancelAlarm: () => void = () => {};

  constructor(job: Job, clock: EmulatorClock) {
    this.#job = job;
    this.#clock = clock;
    this.#steps = stepsOf(job.scenario);
    this.#finishedShare = finishedShareOf(this.#steps);
    this.#runningMs = this.#steps.reduce((sum, step) => sum + (step.state === 'JOB_STATE_RUNNING' ? step.ms : 0), 0);
  }

  start(): void {
    const first = this.#steps[0];
    if (first === undefined || first.state === 'JOB_STATE_RUNNING' || isTerminal(first.state))
      this.#soon(() => this.#goOn());
    else this.#goOnWithoutWork();
  }

  /** Ends the job on request; rows that are not done yet stay undone unless the job is to succeed all the same. */
  cancel(): void {
    const { scenario, work } = this.#job;
    this.#intervene();
    this.#setState('JOB_STATE_CANCELLING');
    const end = scenario.cancel?.end ?? 'JOB_STATE_CANCELLED';
    if (end !== 'JOB_STATE_SUCCEEDED') work.stop();
    const ms = scenario.cancel?.ms ?? durationOf('JOB_STATE_CANCELLING', scenario);
    this.#after(ms, async () => {
      if (end === 'JOB_STATE_SUCCEEDED') await this.#finishRows();
      await this.#end({ state: end, ms: 0 });
    });
  }

  /** Forces a state: a later one of the plan is gone on from, an end ends the job, another is held until the next call. */
  control(state: string): void {
    const left = Math.max(0, this.#endsAt - this.#clock.now());
    const interrupted = this.#interrupted;
    const before = this.#current;
    this.#intervene();
    if (interrupted?.step.state === state) {
      this.#interrupted = undefined;
      this.#soon(() => this.#enter({ ...interrupted.step, ms: interrupted.leftMs, hold: false }));
      return;
    }
    const planned = this.#steps.findIndex((step, index) => index >= this.#next && step.state === state);
    if (planned !== -1) {
      this.#next = planned;
      if (needsWork(state)) this.#soon(() => this.#goOn());
      else this.#goOnWithoutWork();
    } else if (needsWork(state)) {
      this.#soon(() => this.#enter({ state, ms: durationOf(state, this.#job.scenario) }));
    } else {
      if (before !== undefined) this.#interrupted ??= { step: before, leftMs: left };
      this.#hold({ state, ms: 0, hold: true });
    }
  }

  async #goOn(): Promise<void> {
    const step = this.#steps[this.#next];
    if (step === undefined) return;
    this.#next += 1;
    await this.#enter(step);
  }

  #goOnWithoutWork(): void {
    const step = this.#steps[this.#next];
    if (step === undefined) return;
    this.#next += 1;
    this.#hold(step);
  }

  async #enter(step: Step): Promise<void> {
    if (isTerminal(step.state)) await this.#end(step);
    else if (step.state === 'JOB_STATE_RUNNING') await this.#run(step);
    else this.#hold(step);
  }

  /** A state in which no row is run. */
  #hold(step: Step): void {
    this.#current = step;
    this.#setState(step.state);
    this.#endsAt = this.#clock.now() + step.ms;
    if (step.hold !== true) this.#after(step.ms, () => this.#goOn());
  }

  async #run(step: Step): Promise<void> {
    const era = this.#era;
    if (!this.#job.work.isImported) {
      const failure = await failureOf(this.#job.work.import());
      if (era !== this.#era) return;
      if (failure !== undefined) return this.#fail(failure);
    }
    this.#current = step;
    this.#job.startTime ??= this.#clock.stamp();
    this.#setState(step.state);
    this.#endsAt = this.#clock.now() + step.ms;
    await this.#tick(step, 1);
  }

  /** Runs the rows of one small part of a RUNNING step when that part is over. */
  async #tick(step: Step, number: number): Promise<void> {
    const began = this.#endsAt - step.ms;
    const due = began + (step.ms * number) / TICKS_PER_STEP;
    this.#after(due - this.#clock.now(), async () => {
      const era = this.#era;
      this.#ranMs += step.ms / TICKS_PER_STEP;
      const done = this.#runningMs === 0 ? 1 : Math.min(1, this.#ranMs / this.#runningMs);
      const failure = await failureOf(this.#job.work.runUntil(done * this.#finishedShare));
      if (era !== this.#era) return;
      if (failure !== undefined) await this.#fail(failure);
      else if (number < TICKS_PER_STEP) await this.#tick(step, number + 1);
      else if (step.hold !== true) await this.#goOn();
    });
  }

  async #finishRows(): Promise<void> {
    const { work } = this.#job;
    if (!work.isImported) await work.import();
    this.#job.startTime ??= this.#clock.stamp();
    await work.runUntil(1);
  }

  async #end(step: Step): Promise<void> {
    const { work } = this.#job;
    const era = this.#era;
    if (step.state === 'JOB_STATE_SUCCEEDED') await this.#finishRows();
    else work.stop();
    this.#job.outputFiles = await work.close(step.state !== 'JOB_STATE_SUCCEEDED');
    if (era === this.#era) this.#conclude(step.state, step.error ?? defaultError(step.state));
  }

  async #fail(failure: JobFailure): Promise<void> {
    this.#job.work.stop();
    await failureOf(this.#job.work.close(true));
    this.#conclude('JOB_STATE_FAILED', { code: failure.code, message: failure.message });
  }

  #conclude(state: string, error: JobError | undefined): void {
    this.#job.error = error;
    this.#setState(state);
    this.#job.endTime = this.#job.updateTime;
    this.#intervene();
  }

  #setState(state: string): void {
    this.#job.state = state;
    this.#job.updateTime = this.#clock.stamp();
  }

  #intervene(): void {
    this.#era += 1;
    this.#cancelAlarm();
  }

  #soon(work: () => Promise<void>): void {
    this.#after(0, work);
  }

  /** A failure of the work itself ends the job; nothing may escape into a timer. */
  #after(ms: number, work: () => Promise<void>): void {
    this.#cancelAlarm = this.#clock.schedule(ms, async () => {
      const era = this.#era;
      const failure = await failureOf(work());
      if (failure !== undefined && era === this.#era) await this.#fail(failure);
    });
  }
}

function needsWork(state: string): boolean {
  return state === 'JOB_STATE_RUNNING' || isTerminal(state);
}

async function failureOf(work: Promise<unknown>): Promise<JobFailure | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof JobFailure) return error;
    return new JobFailure(
      13,
      `System error. Please try this operation again. ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function defaultError(state: string): JobError | undefined {
  if (state === 'JOB_STATE_CANCELLED') return { code: 1, message: 'CANCELED' };
  if (state === 'JOB_STATE_FAILED') return { code: 13, message: 'System error. Please try this operation again' };
  return undefined;
}
