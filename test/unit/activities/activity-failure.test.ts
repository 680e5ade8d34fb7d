import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import {
  CREATING,
  isRetryable,
  READING,
  toActivityFailure,
  WRITING,
  type FailureContext,
  type RetryRules,
} from '../../../src/activities/activity-failure';
import { BatchError } from '../../../src/domain/batch-error';
import { GatewayError, type GatewayErrorKind } from '../../../src/gateways/gateway-error';

const KINDS = Object.keys(READING) as GatewayErrorKind[];
const MIDDLE: FailureContext = { random: () => 0.5 };

function failureOf(error: unknown, rules: RetryRules, context: FailureContext = MIDDLE): ApplicationFailure {
  const failure = toActivityFailure(error, rules, context);
  expect(failure).toBeInstanceOf(ApplicationFailure);
  return failure as ApplicationFailure;
}

describe('toActivityFailure', () => {
  it.each([
    ['unavailable', 'ServiceUnreachable', true],
    ['quota', 'QuotaExceeded', true],
    ['unauthenticated', 'PermissionDenied', true],
    ['permission', 'PermissionDenied', true],
    ['not-found', 'NotFound', false],
    ['precondition', 'PreconditionFailed', false],
    ['invalid-request', 'InvalidRequest', false],
  ] as const)('turns %s into %s, which reading and writing retry: %s', (kind, type, retry) => {
    for (const rules of [READING, WRITING]) {
      const error = new GatewayError(kind, 'Cannot do it.', { status: 418 });
      const failure = failureOf(error, rules);
      expect(failure).toMatchObject({ type, nonRetryable: !retry, message: 'Cannot do it.', cause: error });
      expect(failure.details).toEqual([{ kind, status: 418, attention: type === 'PermissionDenied' }]);
      expect(isRetryable(kind, rules)).toBe(retry);
    }
  });

  it('retries a create never, whatever went wrong', () => {
    for (const kind of KINDS) {
      const failure = failureOf(new GatewayError(kind, 'no', { retryAfterMs: 5 }), CREATING);
      expect(failure).toMatchObject({ nonRetryable: true, nextRetryDelay: undefined });
    }
  });

  it('waits as long as the server asks, whatever the attempt, the rule and the scale of time', () => {
    const asked = { retryAfterMs: 1234 };
    const context = { attempt: 9, timeScale: 0.001 };
    expect(failureOf(new GatewayError('quota', 'x', asked), READING, context).nextRetryDelay).toBe(1234);
    expect(failureOf(new GatewayError('permission', 'x', asked), READING, context).nextRetryDelay).toBe(1234);
  });

  it('looks every ten minutes while only a person can help', () => {
    expect(failureOf(new GatewayError('permission', 'x'), READING).nextRetryDelay).toBe(600_000);
    const scaled = { attempt: 7, timeScale: 0.0001 };
    expect(failureOf(new GatewayError('permission', 'x'), READING, scaled).nextRetryDelay).toBe(60);
  });

  it('waits exponentially longer, jittered, up to five minutes', () => {
    const delays = [1, 2, 3, 4, 12, 100].map(
      (attempt) => failureOf(new GatewayError('unavailable', 'x'), READING, { attempt, ...MIDDLE }).nextRetryDelay,
    );
    expect(delays).toEqual([750, 1500, 3000, 6000, 225_000, 225_000]);
    const shortest = failureOf(new GatewayError('unavailable', 'x'), READING, { random: () => 0 });
    expect(shortest.nextRetryDelay).toBe(500);
  });

  it('fails for good with the type of an error that trying again would give again', () => {
    const error = new BatchError('InputNotFound', 'Nothing under gs://acme/*.jsonl');
    const failure = failureOf(error, READING);
    expect(failure).toMatchObject({ type: 'InputNotFound', nonRetryable: true, message: error.message, cause: error });
  });

  it('lets everything else pass untouched', () => {
    const bug = new TypeError('x is not a function');
    expect(toActivityFailure(bug, READING)).toBe(bug);
    expect(toActivityFailure('a string', READING)).toBe('a string');
  });
});
