import { expect, test } from 'vitest';
import { DEFAULT_VALIDATION } from '../../../src/domain/accepted-validation';
import { checkRange } from '../../../src/rows/check-range';
import { RangeValidator } from '../../../src/rows/range-validator';
import { Scanner } from '../../../src/rows/skim/scanner';

test('rows that each take a thorough look leave other work its turns, within one chunk', async () => {
  const request = { contents: [{ parts: [{ fileData: { mimeType: 'image/tiff', fileUri: 'gs://acme/a.tiff' } }] }] };
  const rows = 20_000;
  const chunk = Buffer.from(`${JSON.stringify({ request })}\n`.repeat(rows));
  const validator = new RangeValidator({
    keyFields: ['key'],
    keyField: null,
    validation: DEFAULT_VALIDATION,
    sink: { sound: () => {}, bad: () => {} },
  });
  let turns = 0;
  const otherWork = setInterval(() => (turns += 1), 1);
  try {
    const range = { file: 0, from: 0, to: chunk.length };
    const read = async function* () {
      yield chunk;
    };
    const chunks: number[] = [];
    const checking = { validator, scanner: new Scanner() };
    for await (const bytes of checkRange(range, [{ size: chunk.length }], read, checking)) chunks.push(bytes);
    expect(chunks).toEqual([chunk.length]);
  } finally {
    clearInterval(otherWork);
  }
  expect(validator.pieces[0]).toMatchObject({ lines: rows, warnings: rows });
  expect(turns).toBeGreaterThan(5);
});
