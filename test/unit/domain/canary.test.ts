import { describe, expect, it } from 'vitest';
import { canaryFailure } from '../../../src/domain/canary';

describe('rows that were sent ahead', () => {
  it.each([
    [100, 90, null, null],
    [
      100,
      89,
      null,
      '89 of the 100 rows that were sent ahead are answered, asked for 90 %; the other 5,000 rows were not sent',
    ],
    [100, 50, 0.5, null],
    [
      100,
      49,
      0.5,
      '49 of the 100 rows that were sent ahead are answered, asked for 50 %; the other 5,000 rows were not sent',
    ],
    [100, 0, 0, null],
    [3, 3, 1, null],
  ])('%i, of which %i are answered and a share of %s is asked: %s', (sent, answered, minAnsweredShare, message) => {
    const failure = canaryFailure({ sent, answered, others: 5_000, minAnsweredShare });
    expect(failure).toEqual(message === null ? null : { type: 'CanaryFailed', message });
  });
});
