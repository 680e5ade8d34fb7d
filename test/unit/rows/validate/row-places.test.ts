import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RowPlacesNoted, RowPlacesReader } from '../../../../src/rows/validate/row-places';
import type { LinePlace } from '../../../../src/rows/validated-range';

/** How a row stands to the one before: the lines between, the bytes between, whether its file is another. */
const steps = fc.array(
  fc.record({
    lines: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 9 })),
    bytes: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 9000 }) }, fc.constant(2 ** 32)),
    isOtherFile: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  }),
  { maxLength: 40 },
);

function placesOf(given: readonly { lines: number; bytes: number; isOtherFile: boolean }[]): LinePlace[] {
  let place = { piece: 0, number: -1, byte: 0 };
  return given.map(({ lines, bytes, isOtherFile }) => {
    const { piece, number, byte } = place;
    place = isOtherFile
      ? { piece: piece + 1, number: 0, byte: 0 }
      : { piece, number: number + lines, byte: byte + bytes };
    return place;
  });
}

describe('the places of rows', () => {
  test('come out as they went in, with lines between them, large gaps, and several files', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 60 }), (given, times) => {
        const places = placesOf(Array.from({ length: times }, () => given).flat());
        const noted = new RowPlacesNoted();
        for (const place of places) noted.push(place);
        const stored = structuredClone(noted.places());
        const reader = new RowPlacesReader(stored);
        expect(places.map((_, row) => reader.placeOf(row))).toEqual(places);
        expect(places.map((_, row) => reader.placeOf(places.length - 1 - row))).toEqual(places.toReversed());
      }),
    );
  });

  test('take four bytes a row where one line follows the other', () => {
    const noted = new RowPlacesNoted();
    for (let row = 0; row < 102_400; row += 1) noted.push({ piece: 0, number: row, byte: row * 100 });
    const { steps: step, runs } = noted.places();
    const columns = [step, runs.row, runs.piece, runs.number, runs.byte];
    const bytes = columns.flatMap(({ blocks }) => [...blocks].map((block) => block.byteLength));
    expect(bytes.reduce((sum, length) => sum + length, 0)).toBeLessThan(102_400 * 4.5);
  });
});
