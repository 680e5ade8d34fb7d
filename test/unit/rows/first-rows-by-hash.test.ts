import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FirstRowsByHash } from '../../../src/rows/first-rows-by-hash';

test('the first row with each hash is named, however the hashes crowd', () => {
  const words = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom(0, 1, 1024, 2 ** 32 - 1));
  fc.assert(
    fc.property(fc.array(words, { maxLength: 60 }), (hashes) => {
      const table = new FirstRowsByHash();
      const found = hashes.map(([first, second], row) => table.add(first, second, row));
      const wanted = hashes.map(([first, second], row) => {
        const earlier = hashes.findIndex((other) => other[0] === first && other[1] === second);
        return earlier < row ? earlier : undefined;
      });
      expect(found).toEqual(wanted);
    }),
  );
});

test('all rows are found again while the table grows', () => {
  const table = new FirstRowsByHash();
  for (let row = 0; row < 10_000; row += 1) expect(table.add(row, row * 3, row)).toBeUndefined();
  for (let row = 0; row < 10_000; row += 1) expect(table.add(row, row * 3, 10_000 + row)).toBe(row);
});
