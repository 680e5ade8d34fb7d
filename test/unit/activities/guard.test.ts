import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { READING, WAITING } from '../../../src/activities/activity-failure';
import { guarded, type GuardTiming } from '../../../src/activities/guard';
import type { HandlerAttempt } from '../../../src/activities/process-range';
import type { Guarded, GuardedInput } from '../../../src/activities/contract';
import { BatchError } from '../../../src/domain/batch-error';
import { HandlerError } from '../../../src/domain/handler-error';
import { GatewayError, type GatewayErrorKind } from '../../../src/gateways/gateway-error';

const TIMING: GuardTiming = {
  attentionAfter: { failures: 3, ms: 60_000 },
  handlerAttentionMs: 300_000,
  timeScale: 1,
};
const MINUTE = 60_000;

/** The attempts of one activity: what one says in its last beat, the next one is told. */
class Attempts {
  lastBeat: unknown;
  readonly timing: GuardTiming;
  readonly rules: typeof READING | typeof WAITING;
  readonly delayMs: (() => number) | undefined;

  constructor({
    timing = TIMING,
    rules = READING,
    delayMs,
  }: { timing?: GuardTiming; rules?: typeof READING | typeof WAITING; delayMs?: () => number } = {}) {
    this.timing = timing;
    this.rules = rules;
    this.delayMs = delayMs;
  }

  async next(
    body: (environment: MockActivityEnvironment, attempt: HandlerAttempt) => Promise<unknown>,
    input: GuardedInput = {},
  ): Promise<Guarded<unknown>> {
    const environment = new MockActivityEnvironment(
      {
        heartbeatDetails: this.lastBeat,
        heartbeatTimeoutMs: 30_000,
        currentAttemptScheduledTimestampMs: Date.now(),
      },
      { logger: new DefaultLogger('ERROR') },
    );
    environment.on('heartbeat', (details: unknown) => {
      this.lastBeat = details;
    });
    return await environment.run(() =>
      guarded(input, this.rules, this.timing, (attempt) => body(environment, attempt), this.delayMs),
    );
  }

  async failing(error: unknown, input: GuardedInput = {}): Promise<ApplicationFailure | Guarded<unknown>> {
    try {
      return await this.next(async () => {
        throw error;
      }, input);
    } catch (thrown) {
      return thrown as ApplicationFailure;
    }
  }
}

function gatewayError(kind: GatewayErrorKind = 'unavailable', retryAfterMs?: number): GatewayError {
  return new GatewayError(kind, `Cannot do it: ${kind}.`, retryAfterMs === undefined ? {} : { retryAfterMs });
}

function keptWaiting(): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'Waiting, not failing',
    type: 'Waiting',
    category: ApplicationFailureCategory.BENIGN,
    nextRetryDelay: 1_000,
  });
}

describe('a guarded attempt', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setInterval', 'clearInterval'] });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  const pass = (milliseconds: number) => vi.advanceTimersByTime(milliseconds);

  it('gives its value', async () => {
    expect(await new Attempts().next(async () => 5)).toEqual({ kind: 'done', value: 5 });
  });

  it('beats while it works, so that a cancel is heard', async () => {
    const attempts = new Attempts();
    let beats = 0;
    await attempts.next(async (environment) => {
      environment.on('heartbeat', () => {
        beats += 1;
      });
      pass(3_500);
    });
    expect(beats).toBe(3);
    pass(10_000);
    expect(beats).toBe(3);
  });

  it('is tried again until it has failed three times and for a minute, and comes back as stuck then', async () => {
    const attempts = new Attempts();
    for (let failure = 1; failure <= 5; failure += 1) {
      expect(await attempts.failing(gatewayError())).toMatchObject({ type: 'ServiceUnreachable', nonRetryable: false });
      pass(14_000);
    }
    pass(MINUTE);
    expect(await attempts.failing(gatewayError())).toEqual({
      kind: 'stuck',
      type: 'ServiceUnreachable',
      message: 'Cannot do it: unavailable.',
    });
  });

  it('isn’t stuck after two failures, however long apart', async () => {
    const attempts = new Attempts();
    await attempts.failing(gatewayError());
    pass(10 * MINUTE);
    expect(await attempts.failing(gatewayError())).toBeInstanceOf(ApplicationFailure);
  });

  it('waits longer from failure to failure, as long as the service asks at least', async () => {
    const attempts = new Attempts();
    const delays: number[] = [];
    for (let failure = 1; failure <= 4; failure += 1) {
      const failed = (await attempts.failing(gatewayError())) as ApplicationFailure;
      delays.push(Number(failed.nextRetryDelay));
    }
    for (const [index, delay] of delays.entries()) {
      expect(delay).toBeGreaterThanOrEqual(500 * 2 ** index);
      expect(delay).toBeLessThanOrEqual(1_000 * 2 ** index);
    }
    expect(await attempts.failing(gatewayError('quota', 77_000))).toMatchObject({ nextRetryDelay: 77_000 });
  });

  it('keeps a wait’s own pace, and the service’s where that is slower', async () => {
    const attempts = new Attempts({ rules: WAITING, delayMs: () => 30_000 });
    expect(await attempts.failing(gatewayError())).toMatchObject({ nextRetryDelay: 30_000 });
    expect(await attempts.failing(gatewayError('quota', 90_000))).toMatchObject({
      type: 'QuotaExceeded',
      nextRetryDelay: 90_000,
      category: undefined,
    });
    expect(await attempts.failing(gatewayError('quota', 5_000))).toMatchObject({ nextRetryDelay: 30_000 });
  });

  it('says at once that a permission is lacking, and looks every ten minutes after that', async () => {
    const attempts = new Attempts();
    expect(await attempts.failing(gatewayError('permission'))).toMatchObject({
      kind: 'stuck',
      type: 'PermissionDenied',
    });
    expect(await attempts.failing(gatewayError('permission'), { stuck: true })).toMatchObject({
      type: 'PermissionDenied',
      nextRetryDelay: 10 * MINUTE,
    });
  });

  it('reports nothing more once the run shows that it is stuck', async () => {
    const attempts = new Attempts();
    for (let failure = 1; failure <= 6; failure += 1) {
      expect(await attempts.failing(gatewayError(), { stuck: true })).toBeInstanceOf(ApplicationFailure);
      pass(MINUTE);
    }
  });

  it('counts anew after a look that found the job unchanged', async () => {
    const attempts = new Attempts({ rules: WAITING, delayMs: () => 1 });
    for (let failure = 1; failure <= 2; failure += 1) await attempts.failing(gatewayError());
    pass(2 * MINUTE);
    expect(await attempts.failing(keptWaiting())).toMatchObject({ type: 'Waiting' });
    for (let failure = 1; failure <= 2; failure += 1) {
      expect(await attempts.failing(gatewayError())).toBeInstanceOf(ApplicationFailure);
    }
  });

  it('keeps the count through an attempt that died without a word', async () => {
    const attempts = new Attempts({ timing: { ...TIMING, attentionAfter: { failures: 3, ms: 0 } } });
    await attempts.failing(gatewayError());
    await attempts.failing(gatewayError());
    const counted = attempts.lastBeat;
    await attempts.next(async () => pass(5_000));
    expect(attempts.lastBeat).toEqual(counted);
    expect(await attempts.failing(gatewayError())).toMatchObject({ kind: 'stuck' });
  });

  it('lets a handler throw for five minutes before the run says so, and for ever after', async () => {
    const attempts = new Attempts();
    const error = new HandlerError('saveSummary', [{ key: 'a' }], new Error('the database is down'));
    for (let minute = 0; minute < 5; minute += 1) {
      expect(await attempts.failing(error)).toMatchObject({ type: 'HandlerFailing', nonRetryable: false });
      pass(MINUTE);
    }
    expect(await attempts.failing(error)).toEqual({
      kind: 'stuck',
      type: 'HandlerFailing',
      message: 'Handler saveSummary failed on row "a": the database is down',
    });
    pass(60 * MINUTE);
    expect(await attempts.failing(error, { stuck: true })).toMatchObject({ type: 'HandlerFailing' });
  });

  it('counts anew when rows were handled between two throws', async () => {
    const attempts = new Attempts();
    const error = new HandlerError('saveSummary', [{ key: 'a' }], new Error('a blink of the network'));
    for (let minute = 0; minute < 20; minute += 1) {
      const throws = attempts.next(async (_, attempt) => {
        attempt.progressed();
        throw error;
      });
      await expect(throws).rejects.toMatchObject({ type: 'HandlerFailing', nextRetryDelay: 1_000 });
      pass(MINUTE);
    }
  });

  it('waits from a second to a minute for a handler', async () => {
    const attempts = new Attempts();
    const error = new HandlerError('saveSummary', [{ key: 'a' }], 'no');
    const delays: unknown[] = [];
    for (let failure = 1; failure <= 8; failure += 1) {
      delays.push(((await attempts.failing(error)) as ApplicationFailure).nextRetryDelay);
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('waits for a handler that a deploy took away', async () => {
    const attempts = new Attempts();
    const error = new BatchError('HandlerUnknown', 'This worker has no handler "saveSummary"');
    expect(await attempts.failing(error)).toMatchObject({ type: 'HandlerUnknown', nonRetryable: false });
    pass(5 * MINUTE);
    expect(await attempts.failing(error)).toMatchObject({ kind: 'stuck', type: 'HandlerUnknown' });
  });

  it('ends at once with what trying again can’t mend', async () => {
    const attempts = new Attempts();
    expect(await attempts.failing(gatewayError('invalid-request'))).toMatchObject({
      type: 'InvalidRequest',
      nonRetryable: true,
    });
    expect(await attempts.failing(new BatchError('TooLarge', 'too large'))).toMatchObject({
      type: 'TooLarge',
      nonRetryable: true,
    });
  });

  it('lets a bug through as it came', async () => {
    const bug = new TypeError('undefined is not a function');
    expect(await new Attempts().failing(bug)).toBe(bug);
  });

  it.each([
    ['a service that fails at that moment', gatewayError()],
    ['a handler that its signal stopped', new HandlerError('saveSummary', [{ key: 'a' }], new Error('aborted'))],
    ['a call that its signal ended', undefined],
  ])('ends as cancelled through %s', async (_, error) => {
    const attempts = new Attempts();
    const cancelled = attempts.next(async (environment) => {
      environment.cancel();
      throw error ?? environment.context.cancellationSignal.reason;
    });
    await expect(cancelled).rejects.toBeInstanceOf(CancelledFailure);
  });

  it('tells what is final, also when it is cancelled at that moment', async () => {
    const attempts = new Attempts();
    const refused = attempts.next(async (environment) => {
      environment.cancel();
      throw new BatchError('TooLarge', 'too large');
    });
    await expect(refused).rejects.toMatchObject({ type: 'TooLarge', nonRetryable: true });
  });

  it('gives its value, also when it is cancelled at that moment', async () => {
    const done = new Attempts().next(async (environment) => {
      environment.cancel();
      return 5;
    });
    expect(await done).toEqual({ kind: 'done', value: 5 });
  });
});
