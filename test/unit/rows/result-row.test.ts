import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { usageOf } from '../../../src/domain/usage';
import { resultLine, type ResultRow } from '../../../src/rows/result-row';

const count = fc.maxSafeNat();
const aResult: fc.Arbitrary<ResultRow> = fc.record(
  {
    key: fc.string({ unit: 'binary' }),
    outcome: fc.constant('answered' as const),
    source: fc.record({ uri: fc.string(), line: count }),
    metadata: fc.dictionary(fc.string(), fc.jsonValue()),
    text: fc.string({ unit: 'binary' }),
    output: fc.jsonValue(),
    finishReason: fc.option(fc.string()),
    modelVersion: fc.option(fc.string()),
    usage: fc.option(count.map((most) => usageOf((kind) => most % (kind.length + 7)))),
    response: fc.jsonValue(),
  },
  { requiredKeys: ['key', 'outcome', 'source', 'metadata', 'text', 'finishReason', 'modelVersion', 'usage'] },
);

test('the line of a result is what JSON.stringify gives of it, its text as it stood', () => {
  fc.assert(
    fc.property(aResult, (row) => {
      const pieces = resultLine({ ...row, text: 'not looked at' }, Buffer.from(JSON.stringify(row.text)));
      expect(pieces.join('')).toBe(JSON.stringify(row));
    }),
    { numRuns: 2_000 },
  );
});
