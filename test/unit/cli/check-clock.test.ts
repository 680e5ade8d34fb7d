import { describe, expect, it } from 'vitest';
import { checkClock } from '../../../src/cli/doctor/check-clock';

describe('checkClock', () => {
  it.each([0, 59_000, -59_000])('finds nothing wrong with %i ms', (aheadMs) => {
    expect(checkClock(aheadMs)).toMatchObject({ status: 'ok', remedy: null });
  });

  it.each([
    [90_000, '1 m 30 s ahead of Temporal’s.'],
    [-86_400_000, '1 d 0 h behind Temporal’s.'],
  ])('says how far a clock is off that is by %i ms, and what sets it', (aheadMs, said) => {
    const check = checkClock(aheadMs);
    expect(check).toMatchObject({ name: 'clock', status: 'missing', remedy: 'timedatectl set-ntp true' });
    expect(check.message).toContain(said);
  });
});
