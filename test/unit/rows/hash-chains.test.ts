import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { HashChains } from '../../../src/rows/hash-chains';

test('HashChains finds exactly the rows of a hash, ascending, also where hashes share a slot (property)', () => {
  const hash = fc.constantFrom(0n, 1n, 2n, 1n << 63n, (1n << 63n) | 1n, 1n << 32n);
  fc.assert(
    fc.property(fc.array(hash, { maxLength: 40 }), hash, (hashes, wanted) => {
      const chains = HashChains.of(BigUint64Array.from(hashes));
      expect([...chains.rowsOf(wanted)]).toEqual(hashes.flatMap((one, row) => (one === wanted ? [row] : [])));
    }),
  );
});
