import { describe, expect, it } from 'vitest';
import { retryAfterMsOf } from '../../../src/gateways/retry-after';

const NOW = Date.parse('2026-11-22T03:14:00Z');

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
  ])('reads %j as %s ms', (header, expected) => {
    expect(retryAfterMsOf(header, NOW)).toBe(expected);
  });
});
