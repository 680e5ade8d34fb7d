import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { BatchError } from '../domain/batch-error';
import { HandlerError } from '../domain/handler-error';
import { isGatewayError } from '../gateways/gateway-error';
import { isKeptWaiting } from './await-change';
import { toActivityFailure, type RetryRules } from './activity-failure';
import type { Guarded, GuardedInput } from './contract';
import { serverClock } from './server-clock';
import type { HandlerAttempt } from './process-range';

/** Failures in a row: kept in the heartbeat's details, because the server retries without waking the workflow. */
interface Streak {
  readonly count: number;
  /** Milliseconds since the epoch, by Temporal's clock: the attempts of an activity run on many machines. */
  readonly since: number;
}

/** When a person should know, and how time runs. */
export interface GuardTiming {
  /** Failures in a row, and for how long, before the run shows `attention`. @default 3 and a minute */
  readonly attentionAfter: { readonly failures: number; readonly ms: number };
  /** A handler may throw for that long before the run shows it. @default five minutes */
  readonly handlerAttentionMs: number;
  /** Multiplies our own pauses. @default 1 */
  readonly timeScale: number;
}

const NO_FAILURE: Streak = { count: 0, since: 0 };

/**
 * Runs one attempt: heartbeats for it, turns errors into failures by `rules`, and gives up as `stuck` where the workflow should
 * show that it waits. `delayMs` sets the pause after a failure where the rules leave it open.
 */
export async function guarded<Value>(
  input: GuardedInput,
  rules: RetryRules,
  timing: GuardTiming,
  body: (attempt: HandlerAttempt) => Promise<Value>,
  delayMs?: (now: number) => number,
): Promise<Guarded<Value>> {
  const context = Context.current();
  let streak = streakOf(context);
  const progressed = () => (streak = NO_FAILURE);
  return await whileBeating(
    context,
    () => streak,
    async (attempt) => {
      try {
        return { kind: 'done', value: await body({ ...attempt, progressed }) };
      } catch (error) {
        if (isKeptWaiting(error)) {
          context.heartbeat(NO_FAILURE);
          throw error;
        }
        return afterFailure(error, { input, rules, timing, streak, context, delayMs, now: attempt.now() });
      }
    },
  );
}

/** A cancel is heard with the answer to a beat. */
const LONGEST_BEAT_MS = 1_000;

type BeatingAttempt = Omit<HandlerAttempt, 'progressed'>;

/** Runs `body` and beats for it, so that a cancel is heard while it works. */
export async function whileBeating<Value>(
  context: Context,
  details: () => unknown,
  body: (attempt: BeatingAttempt) => Promise<Value>,
): Promise<Value> {
  const every = Math.min(LONGEST_BEAT_MS, Math.max(10, Math.round((context.info.heartbeatTimeoutMs ?? 60_000) / 3)));
  // a body may ask for a beat with every row, and the SDK sends the first one at once: a short attempt needs none
  let beatenAt = performance.now();
  const beat = () => {
    if (performance.now() - beatenAt < every) return;
    beatenAt = performance.now();
    context.heartbeat(details());
  };
  const timer = setInterval(() => {
    beatenAt = -Infinity;
    beat();
  }, every);
  timer.unref();
  const now = serverClock(context.info);
  try {
    const { workflowId = '' } = context.info.workflowExecution ?? {};
    return await body({
      workflowId,
      signal: context.cancellationSignal,
      log: context.log,
      now,
      waited: () => now() - context.info.scheduledTimestampMs,
      heartbeat: beat,
    });
  } finally {
    clearInterval(timer);
  }
}

interface Failed {
  readonly input: GuardedInput;
  readonly rules: RetryRules;
  readonly timing: GuardTiming;
  readonly streak: Streak;
  readonly context: Context;
  readonly delayMs: ((now: number) => number) | undefined;
  readonly now: number;
}

function afterFailure(error: unknown, { input, rules, timing, streak, context, delayMs, now }: Failed): Guarded<never> {
  if (context.cancellationSignal.aborted) throw afterCancel(error, rules, context);
  const next: Streak = { count: streak.count + 1, since: streak.count === 0 ? now : streak.since };
  const handlerTrouble = handlerTroubleOf(error);
  if (handlerTrouble !== undefined) {
    const { type, message } = handlerTrouble;
    if (input.stuck !== true && now - next.since >= timing.handlerAttentionMs) return { kind: 'stuck', type, message };
    context.heartbeat(next);
    throw handlerFailure(type, message, error, next.count, timing.timeScale);
  }
  const failure = toActivityFailure(error, rules, { attempt: next.count, timeScale: timing.timeScale });
  if (!(failure instanceof ApplicationFailure) || failure.nonRetryable === true) throw failure;
  const isOld = next.count >= timing.attentionAfter.failures && now - next.since >= timing.attentionAfter.ms;
  const needsPerson = (failure.details?.[0] as { attention?: boolean } | undefined)?.attention === true;
  if (input.stuck !== true && (isOld || needsPerson)) {
    return { kind: 'stuck', type: failure.type as never, message: failure.message };
  }
  context.heartbeat(next);
  if (delayMs === undefined || needsPerson) throw failure;
  const askedMs = isGatewayError(error) ? (error.retryAfterMs ?? 0) : 0;
  throw withDelay(failure, Math.max(delayMs(now), askedMs));
}

/** What would be tried again ends as cancelled; what is final stays what it is. */
function afterCancel(error: unknown, rules: RetryRules, context: Context): unknown {
  if (handlerTroubleOf(error) !== undefined) return context.cancellationSignal.reason;
  const failure = toActivityFailure(error, rules);
  const isRetried = failure instanceof ApplicationFailure && failure.nonRetryable !== true;
  return isRetried ? context.cancellationSignal.reason : failure;
}

function streakOf(context: Context): Streak {
  const details: unknown = context.info.heartbeatDetails;
  if (typeof details !== 'object' || details === null || !('count' in details) || !('since' in details))
    return NO_FAILURE;
  return { count: Number(details.count), since: Number(details.since) };
}

const FIRST_HANDLER_DELAY_MS = 1_000;
const LONGEST_HANDLER_DELAY_MS = 60_000;

/** Answers that are paid for wait for a handler that throws, or that a deploy took away, for as long as the run may live. */
function handlerTroubleOf(error: unknown): { type: 'HandlerFailing' | 'HandlerUnknown'; message: string } | undefined {
  if (error instanceof HandlerError) return { type: 'HandlerFailing', message: error.message };
  if (error instanceof BatchError && error.type === 'HandlerUnknown')
    return { type: 'HandlerUnknown', message: error.message };
  return undefined;
}

function handlerFailure(
  type: string,
  message: string,
  error: unknown,
  failures: number,
  timeScale: number,
): ApplicationFailure {
  const delay = Math.min(FIRST_HANDLER_DELAY_MS * 2 ** (failures - 1), LONGEST_HANDLER_DELAY_MS) * timeScale;
  return ApplicationFailure.create({
    message,
    type,
    nextRetryDelay: Math.max(1, Math.round(delay)),
    ...(error instanceof Error ? { cause: error } : {}),
  });
}

function withDelay(failure: ApplicationFailure, delayMs: number): ApplicationFailure {
  return ApplicationFailure.create({
    message: failure.message,
    ...(failure.type == null ? {} : { type: failure.type }),
    details: failure.details ?? [],
    nextRetryDelay: delayMs,
    ...(failure.cause === undefined ? {} : { cause: failure.cause }),
  });
}
