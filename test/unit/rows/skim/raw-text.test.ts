import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBlank } from '../../../../src/rows/skim/raw-text';

const piece = fc.oneof(
  fc.constantFrom(' ', '\\n', '\\t', '\\f', '\\r', '\\u0020', '\\u00a0', '\\u000b', '\\b', '\\\\', '\\"', '\\/', 'n'),
  fc.constantFrom(
    '\u00a0',
    '\u1680',
    '\u2003',
    '\u2028',
    '\u3000',
    '\ufeff',
    '\u00c2',
    '\u1681',
    '\u2014',
    '\u3042',
    '\uff01',
    '😀',
  ),
);

test('a string of JSON is blank when nothing is left of what it says without white space (property)', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
      const quoted = `"${pieces.join('')}"`;
      const memory = Buffer.from(`[${quoted},`);
      expect(isBlank(memory, 1, memory.length - 1)).toBe((JSON.parse(quoted) as string).trim() === '');
    }),
    { numRuns: 5_000 },
  );
});
