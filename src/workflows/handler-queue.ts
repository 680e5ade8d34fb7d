import { ActivityFailure, CancellationScope, condition, sleep, TimeoutFailure } from '@temporalio/workflow';
import type { BatchActivities } from '../activities/contract';
import type { KnownRun, RunState } from './run-state';
import { schedule, step, type GuardedName, type StepOptions, type ValueOf } from './steps';

const DEFAULT_SILENCE_MS = 10 * 60_000;
/** Asking again costs history, so it becomes rarer. */
const LONGEST_WAIT_MS = 6 * 60 * 60_000;

/** Nobody took a step within the bound after the run was stopped. */
export class QueueSilent extends Error {}

/** Steps that run where the caller's handler is: on a task queue whose workers may all be gone. */
export class HandlerQueue {
  readonly #run: RunState;
  readonly #taskQueue: string | null;
  readonly #silenceMs: number;
  #underWay = 0;
  #waiting = 0;

  constructor(run: RunState, { handler, timing }: KnownRun) {
    this.#run = run;
    this.#taskQueue = handler?.taskQueue ?? null;
    this.#silenceMs = timing.handlerQueueMs ?? DEFAULT_SILENCE_MS;
  }

  /**
   * Waits for a worker as long as it takes, and shows when there is none.
   * @throws {QueueSilent} with `givesUp`, when nobody took the step for ten minutes after a stop of the run
   */
  async step<Name extends GuardedName>(
    name: Name,
    input: Parameters<BatchActivities[Name]>[0],
    options: StepOptions & { readonly givesUp?: true },
  ): Promise<ValueOf<Name>> {
    const { givesUp, ...given } = options;
    if (this.#taskQueue === null) return await step(this.#run, name, input, given);
    const bounds = { ...given, taskQueue: this.#taskQueue };
    this.#underWay += 1;
    try {
      return await this.#taken((waitMs, soon) => {
        const asked = soon && name === 'vertexBatchProcessRange' ? { ...input, soon } : input;
        return step(this.#run, name, asked, { ...bounds, scheduleToStartTimeout: waitMs }, () =>
          this.#run.clear(ATTENTION),
        );
      }, givesUp === true);
    } finally {
      this.#underWay -= 1;
      this.#run.clear(ATTENTION);
    }
  }

  async #taken<Value>(ask: (waitMs: number, soon: boolean) => Promise<Value>, givesUp: boolean): Promise<Value> {
    try {
      return await ask(this.#silenceMs, false);
    } catch (error) {
      if (!wasNeverTaken(error)) throw error;
    }
    this.#waiting += 1;
    try {
      const asking = () => this.#askAgain((waitMs) => ask(waitMs, true));
      return await (givesUp ? this.#untilGivenUp(asking) : asking());
    } finally {
      this.#waiting -= 1;
    }
  }

  async #askAgain<Value>(ask: (waitMs: number) => Promise<Value>): Promise<Value> {
    for (let waitMs = this.#silenceMs; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      // steps that some worker has taken aren't waiting: then the others are only queued behind them
      if (this.#waiting === this.#underWay) this.#run.raise(ATTENTION, silenceOf(this.#taskQueue ?? ''));
      try {
        return await ask(waitMs);
      } catch (error) {
        if (!wasNeverTaken(error)) throw error;
      }
    }
  }

  async #untilGivenUp<Value>(asking: () => Promise<Value>): Promise<Value> {
    const asks = new CancellationScope({ cancellable: true, parent: CancellationScope.current() });
    const watch = new CancellationScope({ cancellable: true, parent: CancellationScope.current() });
    let gaveUp = false;
    const watching = watch.run(async () => {
      await condition(() => this.#run.stop !== undefined);
      const endsAt = (this.#run.stop?.at ?? 0) + this.#silenceMs;
      await sleep(Math.max(1, endsAt - Date.now()), {
        summary: `Wait for task queue ${this.#taskQueue}`.slice(0, 190),
      });
      gaveUp = true;
      asks.cancel();
    });
    watching.catch(() => undefined);
    try {
      return await asks.run(asking);
    } catch (error) {
      throw gaveUp ? new QueueSilent() : error;
    } finally {
      watch.cancel();
    }
  }
}

const ATTENTION = 'handler queue';
/** A check of a request takes no time. */
const FIRST_WAIT_MS = 15_000;

/**
 * The first step where the caller's handler is, of whose task queue nothing is known yet: it is shown early that nobody takes it.
 * `taskQueue`: null for the run's own.
 */
export async function firstStep<Name extends keyof BatchActivities>(
  run: RunState,
  taskQueue: string | null,
  name: Name,
  input: Parameters<BatchActivities[Name]>[0],
  summary: string,
): ReturnType<typeof schedule<Name>> {
  const options = { summary, taskQueue };
  return await run.interruptible(() =>
    taskQueue === null
      ? schedule(name, input, options)
      : untilTaken(run, taskQueue, (bound) => schedule(name, input, { ...options, ...bound })),
  );
}

async function untilTaken<Value>(
  run: RunState,
  taskQueue: string,
  ask: (bound: { readonly scheduleToStartTimeout?: number }) => Promise<Value>,
): Promise<Value> {
  try {
    return await ask({ scheduleToStartTimeout: FIRST_WAIT_MS });
  } catch (error) {
    if (!wasNeverTaken(error)) throw error;
  }
  run.raise(ATTENTION, silenceOf(taskQueue));
  try {
    return await ask({});
  } finally {
    run.clear(ATTENTION);
  }
}

/** What a run shows while no worker takes what lies on a handler's task queue. */
function silenceOf(taskQueue: string) {
  return {
    type: 'HandlerQueueSilent',
    message: `no worker takes anything from the handler's task queue ${taskQueue}: start one there, or free one that is busy`,
    until: null,
    part: null,
    claim: null,
    actions: [],
  } as const;
}

/** Whether an activity lay on its task queue until its time was over. */
function wasNeverTaken(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === 'SCHEDULE_TO_START'
  );
}
