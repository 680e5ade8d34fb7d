import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimKey, parseClaimKey } from '../../../src/domain/claim-key';

const runKey = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: 32, maxLength: 32 });
const claim = fc.record({
  part: fc.integer({ min: 1, max: 9_999 }),
  round: fc.integer({ min: 1, max: 9_999 }),
  attempt: fc.integer({ min: 1, max: 999_999 }),
});

describe('the key of a claim', () => {
  it('names part, round and attempt', () => {
    expect(claimKey('3fa94c1e3fa94c1e3fa94c1e3fa94c1e', { part: 1, round: 2, attempt: 3 })).toBe(
      '3fa94c1e3fa94c1e3fa94c1e3fa94c1e-p1-r2-a3',
    );
  });

  it('can be read back, and is the value of a label', () => {
    fc.assert(
      fc.property(runKey, claim, (run, given) => {
        const key = claimKey(run, given);
        expect(parseClaimKey(key)).toEqual({ runKey: run, ...given });
        expect(key).toMatch(/^[a-z0-9-]{1,64}$/);
      }),
    );
  });

  it('differs from claim to claim', () => {
    fc.assert(
      fc.property(runKey, claim, claim, (run, one, other) => {
        expect(claimKey(run, one) === claimKey(run, other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  it.each(['', 'p1-r1-a1', `${'0'.repeat(32)}-p1-r1`, `${'0'.repeat(32)}-p1-r1-a1x`, `${'G'.repeat(32)}-p1-r1-a1`])(
    'isn’t read from %j',
    (name) => {
      expect(parseClaimKey(name)).toBeUndefined();
    },
  );
});
