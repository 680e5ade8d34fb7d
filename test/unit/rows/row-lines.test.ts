import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowLines } from '../../../src/rows/row-lines';

const FILES = 3;
const LINES = 12;

test('RowLines knows the file and line of each row, and the row of each line (property)', () => {
  const aPlace = fc.record({ file: fc.nat(FILES - 1), line: fc.integer({ min: 1, max: LINES }) });
  const numberOf = ({ file, line }: { readonly file: number; readonly line: number }) => file * (LINES + 1) + line;
  fc.assert(
    fc.property(
      fc.uniqueArray(aPlace, { selector: numberOf, maxLength: FILES * LINES }),
      fc.infiniteStream(fc.nat()),
      (places, wanted) => {
        const rows = places.toSorted((one, other) => numberOf(one) - numberOf(other));
        const lines = new RowLines(
          Uint32Array.from(rows, ({ file }) => file),
          Uint32Array.from(rows, ({ line }) => line),
        );
        for (const next of wanted.take(rows.length)) {
          const row = next % rows.length;
          expect({ file: lines.fileOf(row), line: lines.lineOf(row) }).toEqual(rows[row]);
        }
        for (let file = 0; file <= FILES; file += 1) {
          for (let line = 0; line <= LINES + 1; line += 1) {
            const row = rows.findIndex((place) => place.file === file && place.line === line);
            expect(lines.rowAt(file, line)).toBe(row < 0 ? undefined : row);
          }
        }
      },
    ),
  );
});

test('RowLines has no rows but those that came', () => {
  const lines = new RowLines(Uint32Array.of(0, 0), Uint32Array.of(1, 2));
  for (const row of [-1, 2, Number.NaN]) expect(() => lines.lineOf(row)).toThrow("outside of the part's 2 rows");
});
