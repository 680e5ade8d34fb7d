import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import { dataObject } from '../../../src/rows/commits';
import { hashOf } from '../../../src/rows/hash64';
import { repeatsAcrossParts } from '../../../src/rows/repeats-across-parts';
import { emptyRowIndex } from '../../../src/rows/row-index';

/** Indexes of parts whose rows have these keys; null for a row that is never sent. */
async function indexesOf(store: MemoryObjectStore, parts: readonly (readonly (string | null)[])[]) {
  let line = 0;
  const written = parts.map(async (keys, part) => {
    const { index, bytes } = emptyRowIndex(keys.length);
    keys.forEach((key, row) => {
      line += 1;
      if (key !== null) index.keyHash[row] = hashOf(key);
      index.line[row] = line;
    });
    return dataObject(await store.write(`gs://acme/${part}.index`, bytes), keys.length);
  });
  return Promise.all(written);
}

test('repeats of all parts are those that a plain look at all keys finds, however many keys are held at a time', async () => {
  const key = fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), { nil: null });
  const someParts = fc.array(fc.array(key, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      someParts,
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 9 }),
      async (parts, keysAtATime, most) => {
        const store = new MemoryObjectStore();
        const indexes = await indexesOf(store, parts);
        const firstLine = new Map<string, number>();
        const expected: { at: number; earlier: number }[] = [];
        for (const [row, one] of parts.flat().entries()) {
          if (one === null) continue;
          const earlier = firstLine.get(one);
          if (earlier === undefined) firstLine.set(one, row + 1);
          else expected.push({ at: row + 1, earlier });
        }
        const { repeats, first } = await repeatsAcrossParts(store, indexes, { most, keysAtATime });
        expect(repeats).toBe(expected.length);
        expect(first.map(({ at, earlier }) => ({ at: at.line, earlier: earlier.line }))).toEqual(
          expected.slice(0, most),
        );
      },
    ),
    { numRuns: 60 },
  );
});
