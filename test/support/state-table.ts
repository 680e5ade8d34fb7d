import type { StartRequest } from '../../src/client';
import type { BatchResult } from '../../src/messages';
import { serviceMsOf } from './state-scenario';

/** What ends the wait for a job. */
type Bound =
  | 'the service'
  | 'deadlines.queued'
  | 'deadlines.running'
  | 'deadlines.run'
  | 'paused.deadline'
  | 'listingLag'
  | 'the policy, at once';

export type Share = 'all' | 'some' | 'none';

/** A job's states, in order, and what a run makes of them. */
export interface StateCase {
  /**
   * In Vertex's words without `JOB_STATE_`. `…` behind the last one: it stays. `(13)`: with an error of that code. `(72h)`: for
   * so long by the service's clock. `gone`: the service answers 404. `cancel`: a person cancels the run, or what was asked makes it
   * give the job up. `↻`: the two before it again and again.
   */
  readonly states: string;
  /** What of the request matters, as a reader would say it. */
  readonly asked?: string;
  readonly request?: Partial<StartRequest>;
  /** What the person who cancels says of rows that are finished and billed. @default they are collected */
  readonly salvage?: false;
  readonly outcome: BatchResult['outcome'];
  readonly reason: NonNullable<BatchResult['reason']>['type'] | null;
  /** Rows with an answer that the run has kept. */
  readonly answered: Share;
  /** Rows that the service has finished, and bills. @default as many */
  readonly finished?: Share;
  /** @default 1 */
  readonly jobs?: number;
  readonly endedBy: Bound;
}

/** Bounds of the cases, in milliseconds: short, and apart from each other. */
export const BOUNDS_MS = {
  queued: 300,
  running: 500,
  cancelling: 150,
  paused: 400,
  run: 10_000,
  listingLag: 200,
} as const;

/** Longest pause between two looks at a job in these worlds. */
const LONGEST_LOOK_MS = 100;

const QUEUED = { deadlines: { queued: BOUNDS_MS.queued } };
const RUNNING = { deadlines: { running: BOUNDS_MS.running } };
const WHOLE_RUN = { deadlines: { cancelling: BOUNDS_MS.cancelling, run: BOUNDS_MS.run } };
const ONE_JOB = { asked: '`rounds: 0`', request: { rounds: 0 } } as const;
const WAITS = { asked: '`paused: {policy: "wait"}`', request: { paused: { policy: 'wait' } } } as const;
const WAITS_SHORTLY = {
  asked: '`paused: {policy: "wait"}`',
  request: { paused: { policy: 'wait', deadline: BOUNDS_MS.paused } },
} as const;
const GIVES_UP = { asked: '`paused: {policy: "cancel"}`', request: { paused: { policy: 'cancel' } } } as const;
const FAILS = { asked: '`paused: {policy: "fail"}`', request: { paused: { policy: 'fail' } } } as const;

const DONE = { outcome: 'succeeded', reason: null, answered: 'all', endedBy: 'the service' } as const;
const CANCELLED = {
  outcome: 'cancelled',
  reason: 'CancelRequested',
  answered: 'some',
  endedBy: 'the service',
} as const;
const LEFT = { ...CANCELLED, asked: '`salvage: false`', salvage: false, answered: 'none', finished: 'some' } as const;
const LATE = { reason: 'DeadlineExceeded' } as const;

export const STATE_CASES: readonly StateCase[] = [
  { states: 'PENDING RUNNING SUCCEEDED', ...DONE },
  { states: 'UNSPECIFIED QUEUED PENDING RUNNING SUCCEEDED', ...DONE },
  { states: 'SUCCEEDED', ...DONE },
  { states: 'PENDING SUCCEEDED', ...DONE },
  { states: 'PENDING RUNNING UPDATING RUNNING SUCCEEDED', ...DONE },
  { states: 'PENDING RUNNING HIBERNATING SUCCEEDED', ...DONE },
  { states: 'PENDING RUNNING PENDING RUNNING SUCCEEDED', ...DONE },
  { states: 'RUNNING QUEUED RUNNING SUCCEEDED', ...DONE },
  { states: 'PENDING RUNNING gone RUNNING SUCCEEDED', request: { listingLag: 1_500 }, ...DONE },
  {
    states: 'PENDING RUNNING gone…',
    outcome: 'failed',
    reason: 'JobVanished',
    answered: 'none',
    finished: 'some',
    endedBy: 'listingLag',
  },

  { states: 'PENDING…', ...LATE, request: QUEUED, outcome: 'failed', answered: 'none', endedBy: 'deadlines.queued' },
  { states: 'QUEUED…', ...LATE, request: QUEUED, outcome: 'failed', answered: 'none', endedBy: 'deadlines.queued' },
  {
    states: 'PENDING RUNNING…',
    ...LATE,
    request: RUNNING,
    outcome: 'partial',
    answered: 'some',
    endedBy: 'deadlines.running',
  },
  {
    states: 'RUNNING UPDATING…',
    ...LATE,
    request: RUNNING,
    outcome: 'partial',
    answered: 'some',
    endedBy: 'deadlines.running',
  },
  {
    states: 'RUNNING HIBERNATING…',
    ...LATE,
    request: RUNNING,
    outcome: 'partial',
    answered: 'some',
    endedBy: 'deadlines.running',
  },
  {
    states: 'RUNNING PENDING…',
    ...LATE,
    request: QUEUED,
    outcome: 'partial',
    answered: 'some',
    endedBy: 'deadlines.queued',
  },
  {
    states: 'PENDING RUNNING ↻',
    ...LATE,
    request: WHOLE_RUN,
    outcome: 'partial',
    answered: 'some',
    endedBy: 'deadlines.run',
  },

  { states: 'PENDING RUNNING PAUSED RUNNING SUCCEEDED', ...WAITS, ...DONE },
  { states: 'PENDING PAUSED PENDING RUNNING SUCCEEDED', ...WAITS, ...DONE },
  {
    states: 'RUNNING PAUSED…',
    ...WAITS_SHORTLY,
    outcome: 'partial',
    reason: 'JobPaused',
    answered: 'some',
    endedBy: 'paused.deadline',
  },
  {
    states: 'RUNNING PAUSED…',
    ...GIVES_UP,
    outcome: 'partial',
    reason: 'JobPaused',
    answered: 'some',
    endedBy: 'the policy, at once',
  },
  {
    states: 'RUNNING PAUSED…',
    ...FAILS,
    outcome: 'failed',
    reason: 'JobPaused',
    answered: 'some',
    endedBy: 'the policy, at once',
  },
  {
    states: 'PENDING PAUSED…',
    ...GIVES_UP,
    outcome: 'failed',
    reason: 'JobPaused',
    answered: 'none',
    endedBy: 'the policy, at once',
  },

  { states: 'RUNNING CANCELLING SUCCEEDED', ...DONE },
  { states: 'PENDING(71h) RUNNING(23h) SUCCEEDED', ...DONE },
  {
    states: 'RUNNING(24h) CANCELLING CANCELLED',
    outcome: 'partial',
    reason: 'JobCancelled',
    answered: 'some',
    endedBy: 'the service',
  },
  { states: 'PENDING CANCELLED', outcome: 'failed', reason: 'JobCancelled', answered: 'none', endedBy: 'the service' },
  {
    states: 'RUNNING CANCELLING FAILED',
    ...ONE_JOB,
    outcome: 'partial',
    reason: 'JobFailed',
    answered: 'some',
    endedBy: 'the service',
  },
  {
    states: 'RUNNING CANCELLING…',
    ...LATE,
    request: WHOLE_RUN,
    outcome: 'failed',
    answered: 'none',
    finished: 'some',
    endedBy: 'deadlines.run',
  },

  { states: 'RUNNING… cancel CANCELLING CANCELLED', ...CANCELLED },
  { states: 'RUNNING… cancel CANCELLING SUCCEEDED', ...DONE },
  { states: 'RUNNING… cancel CANCELLING FAILED', ...CANCELLED },
  { states: 'RUNNING… cancel CANCELLING EXPIRED', ...CANCELLED },
  { states: 'RUNNING… cancel CANCELLING PARTIALLY_SUCCEEDED', ...CANCELLED },
  { states: 'RUNNING… cancel CANCELLING CANCELLED', ...LEFT },
  { states: 'RUNNING… cancel CANCELLING FAILED', ...LEFT },
  { states: 'RUNNING… cancel CANCELLING EXPIRED', ...LEFT },
  { states: 'RUNNING… cancel CANCELLING PARTIALLY_SUCCEEDED', ...LEFT },
  { states: 'RUNNING… cancel CANCELLING SUCCEEDED', ...LEFT, finished: 'all' },
  {
    states: 'RUNNING… cancel CANCELLING…',
    ...CANCELLED,
    request: WHOLE_RUN,
    answered: 'none',
    finished: 'some',
    endedBy: 'deadlines.run',
  },
  { states: 'RUNNING PAUSED… cancel CANCELLING CANCELLED', ...CANCELLED, request: WAITS.request },
  {
    states: 'RUNNING PAUSED… cancel CANCELLING…',
    ...LATE,
    asked: GIVES_UP.asked,
    request: { ...GIVES_UP.request, ...WHOLE_RUN },
    outcome: 'failed',
    answered: 'none',
    finished: 'some',
    endedBy: 'deadlines.run',
  },

  {
    states: 'PENDING(72h) EXPIRED',
    ...ONE_JOB,
    outcome: 'failed',
    reason: 'JobExpired',
    answered: 'none',
    endedBy: 'the service',
  },
  {
    states: 'PENDING(72h) EXPIRED',
    outcome: 'failed',
    reason: 'JobExpired',
    answered: 'none',
    jobs: 2,
    endedBy: 'the service',
  },
  {
    states: 'RUNNING EXPIRED',
    ...ONE_JOB,
    outcome: 'partial',
    reason: 'JobExpired',
    answered: 'some',
    endedBy: 'the service',
  },
  {
    states: 'RUNNING PARTIALLY_SUCCEEDED',
    ...ONE_JOB,
    outcome: 'partial',
    reason: 'JobFailed',
    answered: 'some',
    endedBy: 'the service',
  },
  { states: 'RUNNING FAILED(3)', outcome: 'partial', reason: 'JobFailed', answered: 'some', endedBy: 'the service' },
  { states: 'PENDING FAILED(3)', outcome: 'failed', reason: 'JobFailed', answered: 'none', endedBy: 'the service' },
  {
    states: 'RUNNING FAILED(13)',
    outcome: 'partial',
    reason: 'JobFailed',
    answered: 'some',
    jobs: 2,
    endedBy: 'the service',
  },
];

/** How long a run may take whose job goes through such states, besides what its own steps take: milliseconds. */
export function timeBoundOf(state: StateCase): { readonly leastMs: number; readonly mostMs: number } {
  const leastMs = ownBoundMs(state);
  const { states, jobs = 1 } = state;
  return { leastMs, mostMs: leastMs + jobs * (serviceMsOf(states) + states.split(' ').length * LONGEST_LOOK_MS) };
}

/** Nothing is fixed where the service decides. */
function ownBoundMs({ endedBy }: StateCase): number {
  switch (endedBy) {
    case 'deadlines.queued':
      return BOUNDS_MS.queued;
    case 'deadlines.running':
      return BOUNDS_MS.running;
    case 'deadlines.run':
      return BOUNDS_MS.run;
    case 'paused.deadline':
      return BOUNDS_MS.paused;
    case 'listingLag':
      return BOUNDS_MS.listingLag;
    default:
      return 0;
  }
}
