import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  proxyActivities,
  TimeoutFailure,
  isCancellation,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { BatchActivities, Guarded, GuardedInput } from '../activities/contract';
import type { BatchReasonType } from '../messages';
import { ACTIVITY_OPTIONS } from './activity-options';
import type { RunState } from './run-state';
import { RunStopped } from './run-stopped';

export type GuardedName = {
  [Name in keyof BatchActivities]: Awaited<ReturnType<BatchActivities[Name]>> extends Guarded<unknown> ? Name : never;
}[keyof BatchActivities];

export type ValueOf<Name extends GuardedName> =
  Extract<Awaited<ReturnType<BatchActivities[Name]>>, { kind: 'done' }> extends { value: infer Value } ? Value : never;

export interface StepOptions {
  /** What the UI shows beside the activity, at most 200 bytes. */
  readonly summary: string;
  readonly taskQueue?: string | null;
  readonly startToCloseTimeout?: number;
  readonly heartbeatTimeout?: number;
  /** For how long it may lie on its task queue, in milliseconds. @default without a bound */
  readonly scheduleToStartTimeout?: number;
}

/** Schedules an activity with its own bounds and a summary. */
export async function schedule<Name extends keyof BatchActivities>(
  name: Name,
  input: Parameters<BatchActivities[Name]>[0],
  options: StepOptions,
): Promise<Awaited<ReturnType<BatchActivities[Name]>>> {
  const { taskQueue, ...bounds } = options;
  const merged: ActivityOptions = { ...ACTIVITY_OPTIONS[name], ...bounds, ...(taskQueue == null ? {} : { taskQueue }) };
  const activities = proxyActivities<Record<string, (argument: unknown) => Promise<unknown>>>(merged);
  try {
    return (await activities[name]?.(input)) as Awaited<ReturnType<BatchActivities[Name]>>;
  } catch (error) {
    throw wasCancelled(error) ?? reasonOf(error) ?? error;
  }
}

/**
 * Schedules an activity until it is done. An activity that keeps failing comes back as stuck, is shown as `attention`,
 * and is scheduled again with the word that it need not say so a second time.
 */
export async function step<Name extends GuardedName>(
  run: RunState,
  name: Name,
  input: Parameters<BatchActivities[Name]>[0] & GuardedInput,
  options: StepOptions,
  onAnswer: () => void = () => undefined,
): Promise<ValueOf<Name>> {
  let stuck = false;
  const key = `${name} ${options.summary}`;
  // a worker that dies is missed by its beats, long before the attempt's own limit
  const bounds =
    run.accepted === undefined ? options : { heartbeatTimeout: run.accepted.timing.heartbeatMs, ...options };
  try {
    for (;;) {
      const answered: unknown = await schedule(name, { ...input, stuck }, bounds);
      const answer = answered as Guarded<ValueOf<Name>>;
      onAnswer();
      if (answer.kind === 'done') return answer.value;
      stuck = true;
      run.raise(key, { type: answer.type, message: answer.message, until: null, part: null, claim: null, actions: [] });
    }
  } finally {
    run.clear(key);
  }
}

/** Whether an activity ended by a time limit: nothing was learned, and it may be scheduled again. */
export function isTimeout(error: unknown): boolean {
  return error instanceof ActivityFailure && error.cause instanceof TimeoutFailure;
}

/** The server doesn't retry an activity whose cancel it has noted: what its last attempt failed with then says nothing. */
function wasCancelled(error: unknown): CancelledFailure | undefined {
  if (!(error instanceof ActivityFailure) || error.retryState !== 'CANCEL_REQUESTED') return undefined;
  return new CancelledFailure('cancelled between two attempts', [], error);
}

/** The reason that a final failure of an activity gives the run; a cancel or a timeout gives none. */
function reasonOf(error: unknown): RunStopped | undefined {
  if (isCancellation(error) || !(error instanceof ActivityFailure)) return undefined;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure) || cause.type == null) return undefined;
  return new RunStopped({ type: cause.type as BatchReasonType, message: cause.message });
}

/** Runs `work` for 0 … count-1, at most `limit` at a time; stops scheduling at the first failure. */
export async function inParallel<Value>(
  count: number,
  limit: number,
  work: (index: number) => Promise<Value>,
): Promise<Value[]> {
  const results = Array.from<Value>({ length: count });
  let next = 0;
  let failed = false;
  const lanes = Array.from({ length: Math.min(limit, count) }, async () => {
    while (next < count && !failed) {
      const index = next++;
      try {
        results[index] = await work(index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  });
  await Promise.all(lanes);
  return results;
}
