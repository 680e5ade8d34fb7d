import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { piecesOf, planRanges } from '../../../../src/rows/ranges';
import { sharedRanges } from '../../../../src/rows/threads/shared-ranges';

const sizes = (...list: number[]) => list.map((size) => ({ size }));

describe('sharedRanges', () => {
  test('gives each thread a long range and a short one', () => {
    const lengths = sharedRanges(sizes(800), 2).map(({ from, to }) => to - from);
    expect(lengths).toEqual([300, 300, 100, 100]);
  });

  test('leaves ranges alone that hold whole files', () => {
    expect(sharedRanges(sizes(100, 100, 100, 500), 2)).toEqual([
      { file: 0, from: 0, to: 100 },
      { file: 1, from: 0, to: 100 },
      { file: 2, from: 0, to: 100 },
      { file: 3, from: 0, to: 300 },
      { file: 3, from: 300, to: 400 },
      { file: 3, from: 400, to: 500 },
    ]);
  });

  test('covers what evenly planned ranges cover, in their order (property)', () => {
    const inputs = fc.tuple(fc.array(fc.nat(500), { maxLength: 20 }), fc.integer({ min: 1, max: 5 }));
    fc.assert(
      fc.property(inputs, ([list, threads]) => {
        const files = sizes(...list);
        expect(bytesOf(sharedRanges(files, threads), files)).toEqual(bytesOf(planRanges(files), files));
      }),
    );
  });
});

function bytesOf(ranges: ReturnType<typeof planRanges>, files: readonly { readonly size: number }[]): string[] {
  return ranges
    .flatMap((range) => piecesOf(range, files))
    .flatMap(({ file, from, to }) => Array.from({ length: to - from }, (_, offset) => `${file}/${from + offset}`));
}
