import { ApplicationFailure } from '@temporalio/common';
import { BatchError } from '../domain/batch-error';
import { GatewayError, type GatewayErrorKind } from '../gateways/gateway-error';
import type { BatchReasonType } from '../messages';

/** What a kind of error means for one sort of call. */
interface RetryRule {
  readonly retry: boolean;
  /** Pause between attempts while only a person can help. @default exponential, from a second to five minutes */
  readonly every?: '10m';
  /** The run shows that it waits for somebody. */
  readonly attention?: true;
}

export type RetryRules = Readonly<Record<GatewayErrorKind, RetryRule>>;

/** Looking at jobs and objects: a right that was taken away may be given back, and nothing is lost by waiting for it. */
export const READING = {
  unavailable: { retry: true },
  quota: { retry: true },
  unauthenticated: { retry: true, every: '10m', attention: true },
  permission: { retry: true, every: '10m', attention: true },
  'not-found': { retry: false },
  precondition: { retry: false },
  'invalid-request': { retry: false },
} as const satisfies RetryRules;

/** Writing objects: repeated as reading is, since every write carries a precondition or a name of its own. */
export const WRITING = { ...READING } as const satisfies RetryRules;

/** Waiting for a job that is paid for, and asking for its cancel: whatever the service says, the job isn't left alone. */
export const WAITING = {
  unavailable: { retry: true },
  quota: { retry: true },
  unauthenticated: { retry: true, every: '10m', attention: true },
  permission: { retry: true, every: '10m', attention: true },
  'not-found': { retry: true },
  precondition: { retry: true, every: '10m', attention: true },
  'invalid-request': { retry: true, every: '10m', attention: true },
} as const satisfies RetryRules;

/** Creating a job: never repeated under its claim. */
export const CREATING = {
  unavailable: { retry: false },
  quota: { retry: false },
  unauthenticated: { retry: false },
  permission: { retry: false },
  'not-found': { retry: false },
  precondition: { retry: false },
  'invalid-request': { retry: false },
} as const satisfies RetryRules;

/** What each kind is called in a run's result, in failures and in the client's errors. */
export const REASON_TYPES = {
  unavailable: 'ServiceUnreachable',
  quota: 'QuotaExceeded',
  unauthenticated: 'PermissionDenied',
  permission: 'PermissionDenied',
  'not-found': 'NotFound',
  precondition: 'PreconditionFailed',
  'invalid-request': 'InvalidRequest',
} as const satisfies Record<GatewayErrorKind, BatchReasonType>;

export interface FailureContext {
  /** Of the activity, counted from 1. @default 1 */
  readonly attempt?: number;
  /** Multiplies our own pauses, not those that a server asks for: tests have minutes last milliseconds. @default 1 */
  readonly timeScale?: number;
  /** In [0, 1). @default Math.random */
  readonly random?: () => number;
}

/** First detail of the failures made here. */
interface ActivityFailureDetail {
  readonly kind: GatewayErrorKind;
  readonly status: number | null;
  readonly attention: boolean;
}

/** Whether `rules` let a call that failed this way be repeated. */
export function isRetryable(kind: GatewayErrorKind, rules: RetryRules): boolean {
  return rules[kind].retry;
}

/**
 * What an activity throws for `error`: an `ApplicationFailure` for the errors of gateways, by the rules for this sort of call,
 * and for a {@link BatchError}, which is never retried; anything else is a bug and is given back as it came.
 */
export function toActivityFailure(error: unknown, rules: RetryRules, context: FailureContext = {}): unknown {
  if (error instanceof BatchError) {
    return ApplicationFailure.create({ message: error.message, type: error.type, nonRetryable: true, cause: error });
  }
  if (!(error instanceof GatewayError)) return error;
  const rule = rules[error.kind];
  const detail: ActivityFailureDetail = {
    kind: error.kind,
    status: error.status ?? null,
    attention: rule.attention ?? false,
  };
  return ApplicationFailure.create({
    message: error.message,
    type: REASON_TYPES[error.kind],
    nonRetryable: !rule.retry,
    details: [detail],
    cause: error,
    ...(rule.retry && { nextRetryDelay: delayMsOf(error, rule, context) }),
  });
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 5 * 60_000;
const EVERY_MS = { '10m': 10 * 60_000 } as const satisfies Record<NonNullable<RetryRule['every']>, number>;

function delayMsOf(
  error: GatewayError,
  rule: RetryRule,
  { attempt = 1, timeScale = 1, random = Math.random }: FailureContext,
): number {
  if (error.retryAfterMs !== undefined) return error.retryAfterMs;
  if (rule.every !== undefined) return Math.ceil(EVERY_MS[rule.every] * timeScale);
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  // Between half and all of it, so that those who failed together don't come back together.
  return Math.ceil(full * (0.5 + random() / 2) * timeScale);
}
