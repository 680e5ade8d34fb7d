import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashOf, lanesOfAscii } from '../../../src/rows/hash64';

test('a text of ASCII has one hash, as a string and as bytes in memory (property)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
      const bytes = Buffer.from(`"${text}"`);
      const [high, low] = lanesOfAscii(bytes, 1, bytes.length - 1);
      expect((BigInt(high) << 32n) | BigInt(low)).toBe(hashOf(text));
    }),
  );
});
