import { describe, expect, test } from 'vitest';
import { parseStagedKey, rowKeyOf, stagedKey } from '../../../src/domain/validation-keys';

describe('a key of a row', () => {
  test.each(['a', 'row-1', '3fa94c1e-1b7a-4b52-9c0d-1c5e0a2f7d11', '2026-11-22', '1a', 'e5', '-', '.', 'ключ'])(
    '%s may be seen by a job',
    (text) => expect(rowKeyOf(text)).toEqual({ text, safe: true }),
  );

  test.each(['0', '000000', '-1', '+1.5', '.5', '1.', '1e5', '1E-7', ' 7 ', '0x1F', 'NaN', 'Infinity', '-inf'])(
    '%s looks like a number',
    (text) => expect(rowKeyOf(text)).toEqual({ text, safe: false }),
  );

  test('a number is its JSON text, and not for a job to see', () => {
    expect(rowKeyOf(1e21)).toEqual({ text: '1e+21', safe: false });
  });

  test.each([null, undefined, true, '', {}, [], 'x'.repeat(1025)])('%j is none', (value) => {
    expect(rowKeyOf(value)).toBeUndefined();
  });

  test('of a staged row leads back to its place', () => {
    expect(parseStagedKey(stagedKey(12, 200_000))).toEqual({ file: 12, line: 200_000 });
    for (const key of ['r1', 'r1-', 'x1-2', 'r1-2x', 'r-1-2', '1:2']) expect(parseStagedKey(key)).toBeUndefined();
  });
});
