import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { READING } from '../../../src/activities/activity-failure';
import type { Guarded } from '../../../src/activities/contract';
import { createBatchActivities, type BatchDependencies } from '../../../src/activities/create-batch-activities';
import { guarded, type GuardTiming } from '../../../src/activities/guard';
import { submitJob } from '../../../src/activities/submit-job';
import { HandlerError } from '../../../src/domain/handler-error';
import { AccessTokensFixed } from '../../../src/gateways/access-tokens-google';
import { GatewayError } from '../../../src/gateways/gateway-error';
import { LoadJobsRest } from '../../../src/gateways/load-jobs-rest';
import type { ObjectStore } from '../../../src/gateways/object-store';
import { TableStoreMemory } from '../../../src/gateways/table-store-memory';
import { priceTableOf } from '../../../src/schemas/price-table';
import { anAttempt } from '../../support/input-side';
import { A_KEY, aSubmission, SubmitSide } from '../../support/submit-side';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** By Temporal's clock. */
const NOW = Date.parse('2026-11-22T12:00:00Z');

const OFF = [
  ['a day behind', -DAY],
  ['an hour behind', -HOUR],
  ['an hour ahead', HOUR],
  ['a day ahead', DAY],
] as const;

const TIMING: GuardTiming = {
  attentionAfter: { failures: 3, ms: MINUTE },
  handlerAttentionMs: 5 * MINUTE,
  timeScale: 1,
};

/** What an attempt decides once `agoMs` have passed since what it measures from. */
interface Decision {
  readonly what: string;
  readonly agoMs: readonly number[];
  readonly decide: (agoMs: number) => Promise<unknown>;
}

const DECISIONS: readonly Decision[] = [
  {
    what: 'that a person should know of a service that fails',
    agoMs: [30 * SECOND, 90 * SECOND, 2 * HOUR],
    decide: (agoMs) => failing(new GatewayError('unavailable', 'Cannot do it.'), agoMs),
  },
  {
    what: 'that a person should know of a handler that throws',
    agoMs: [4 * MINUTE, 6 * MINUTE, 2 * DAY],
    decide: (agoMs) => failing(new HandlerError('save', [{ key: 'a' }], new Error('no')), agoMs),
  },
  {
    what: 'that no worker will have the handler any more',
    agoMs: [0, 9 * MINUTE, 11 * MINUTE, 2 * HOUR],
    decide: (agoMs) => accepting({ handler: 'save' }, { scheduledTimestampMs: NOW - agoMs }),
  },
  {
    what: 'when to look at a job again, and what it says of that',
    agoMs: [0, 2 * MINUTE, HOUR],
    decide: (agoMs) => waiting(agoMs),
  },
  {
    what: 'whether the price of a day is known',
    agoMs: [0, 13 * HOUR, -13 * HOUR],
    decide: (agoMs) => accepting({ maxCostUsd: 1 }, { currentAttemptScheduledTimestampMs: NOW - agoMs }),
  },
];

describe.each(OFF)('a worker whose clock is %s', (_, aheadMs) => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it.each(DECISIONS)('decides as any other $what', async ({ agoMs, decide }) => {
    vi.setSystemTime(NOW);
    const right = await inTurn(agoMs, decide);
    vi.setSystemTime(NOW + aheadMs);
    expect(await inTurn(agoMs, decide)).toEqual(right);
    expect(new Set(right.map((decision) => JSON.stringify(decision))).size).toBeGreaterThan(1);
  });
});

describe('the last moment for a create', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['nothing happens', 0, 0, 1],
    ['the clock is set back an hour', 0, -HOUR, 1],
    ['the time is over', 400, 0, 0],
    ['the time is over and the clock is set back an hour', 400, -HOUR, 0],
    ['the machine sleeps, and its clock is right again', 0, HOUR, 0],
  ])('is right when meanwhile %s', async (_, passedMs, setByMs, posts) => {
    const side = new SubmitSide();
    const meanwhile = () => {
      vi.advanceTimersByTime(passedMs);
      vi.setSystemTime(Date.now() + setByMs);
    };
    const submitted = await submitJob(
      { store: busyOnWrite(side.store, meanwhile), jobs: side.jobs },
      aSubmission({ requestTimeoutMs: 300 }),
      anAttempt(),
    );
    expect(side.posts).toBe(posts);
    expect(submitted).toMatchObject(posts === 1 ? { kind: 'created' } : { kind: 'refused', mayPass: true });
  });
});

async function inTurn(agoMs: readonly number[], decide: Decision['decide']): Promise<unknown[]> {
  const decisions: unknown[] = [];
  for (const ms of agoMs) decisions.push(await decide(ms));
  return decisions;
}

interface AttemptInfo {
  readonly scheduledTimestampMs?: number;
  readonly currentAttemptScheduledTimestampMs?: number;
  readonly heartbeatDetails?: unknown;
}

function environment(info: AttemptInfo): MockActivityEnvironment {
  const times = { scheduledTimestampMs: NOW, currentAttemptScheduledTimestampMs: NOW };
  return new MockActivityEnvironment({ ...times, ...info }, { logger: new DefaultLogger('ERROR') });
}

/** The third attempt in a row that fails. */
function failing(error: Error, agoMs: number): Promise<unknown> {
  const attempt = environment({ heartbeatDetails: { count: 2, since: NOW - agoMs } });
  const fails = async () => {
    throw error;
  };
  return toldBy(attempt.run(() => guarded({}, READING, TIMING, fails)));
}

function accepting(request: object, info: AttemptInfo): Promise<unknown> {
  const [project, location] = ['acme', 'us-central1'];
  const names = { project, location, model: 'gemini-2.5-flash', input: 'gs://acme/in.jsonl', output: 'gs://acme/out' };
  const { vertexBatchAcceptRequest } = activities(new SubmitSide());
  return toldBy(
    environment(info).run(vertexBatchAcceptRequest, { request: { ...names, ...request }, execution: 'execution-1' }),
  );
}

async function waiting(agoMs: number): Promise<unknown> {
  const side = new SubmitSide();
  const { name } = await side.createLabelled(A_KEY);
  const known = { state: 'JOB_STATE_PENDING', step: 0, since: new Date(NOW - agoMs).toISOString() };
  const { vertexBatchAwaitChange } = activities(side);
  return await toldBy(environment({}).run(vertexBatchAwaitChange, { job: name, rows: 5, known }));
}

function activities(side: SubmitSide, dependencies: Partial<BatchDependencies> = {}) {
  return createBatchActivities({
    store: side.store,
    tables: new TableStoreMemory(),
    loads: new LoadJobsRest({ tokens: new AccessTokensFixed(), endpoint: 'http://localhost' }),
    jobs: side.jobs,
    handlers: {},
    polling: { initialMs: 30_000, maxMs: 600_000 },
    prices: priceTableOf({
      date: '2026-11-22',
      models: { 'gemini-2.5-flash': [{ input: 0.15, output: 1.25, source: 'a contract', until: '2026-11-22' }] },
    }),
    concurrency: { validate: 4, collect: 4 },
    guard: TIMING,
    timing: { submitMs: 120_000, heartbeatMs: 20_000, lookIntervalMs: 30_000 },
    handlerGraceMs: 10 * MINUTE,
    ...dependencies,
  });
}

/** What of an attempt's end the server acts on. */
async function toldBy(attempt: Promise<unknown>): Promise<unknown> {
  try {
    const value = (await attempt) as Partial<Guarded<unknown>>;
    return value.kind ?? 'accepted';
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    const { type, nonRetryable, nextRetryDelay, message, details } = error;
    return { type, nonRetryable, nextRetryDelay, message, details };
  }
}

/** A store that takes its time over each write. */
function busyOnWrite(store: ObjectStore, meanwhile: () => void): ObjectStore {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        if (name === 'write') meanwhile();
        return Reflect.apply(member, target, given) as unknown;
      };
    },
  });
}
