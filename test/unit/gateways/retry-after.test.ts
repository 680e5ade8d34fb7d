import { describe, expect, it } from 'vitest';
import { retryAfterMsOf } from '../../../src/gateways/retry-after';

const DATE = 'Sun, 22 Nov 2026 03:14:00 GMT';

describe('retryAfterMsOf', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    [' 1.5 ', 1500],
    ['Sun, 22 Nov 2026 03:14:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 03:13:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('reads %j as %s ms', (retryAfter, expected) => {
    expect(retryAfterMsOf({ retryAfter, date: DATE })).toBe(expected);
  });

  it.each([undefined, null, '', 'today', '2026'])('knows no wait until a time when the answer is of %j', (date) => {
    expect(retryAfterMsOf({ retryAfter: 'Sun, 22 Nov 2026 03:14:30 GMT', date })).toBeUndefined();
    expect(retryAfterMsOf({ retryAfter: '30', date })).toBe(30_000);
  });
});
