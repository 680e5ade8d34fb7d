import { describe, expect, test } from 'vitest';
import { checkInputRow } from '../../../src/schemas/input-row';
import { tooManyNames } from '../../../src/schemas/row-names';

function objectOf(names: number, nameOf: (index: number) => string): string {
  return `{${Array.from({ length: names }, (_, index) => `"${nameOf(index)}":1`).join(',')}}`;
}

function listOf(objects: number, object: string): string {
  return `[${Array.from({ length: objects }, () => object).join(',')}]`;
}

const different = (names: number) => objectOf(names, (index) => `k${index}`);

describe('names of a line', () => {
  test.each<[string, string, string | undefined]>([
    ['as many different ones as are read', different(100_000), undefined],
    ['one more', different(100_001), '100,000 different names'],
    ['more, in a text that never ends', different(100_001).slice(0, -1), '100,000 different names'],
    ['more, before a string that never ends', `${different(100_001)}"`, '100,000 different names'],
    ['as many as are read in all, few of them different', listOf(1000, different(1000)), undefined],
    ['one more in all', `[${listOf(1000, different(1000))},{"k0":1}]`, '1,000,000 names'],
    ['texts, however many', JSON.stringify(Array.from({ length: 200_000 }, (_, index) => `{"k${index}":`)), undefined],
    ['a long text', JSON.stringify({ text: '"a":1,'.repeat(1_000_000) }), undefined],
  ])('%s', (_, text, limit) => {
    const message = tooManyNames(Buffer.from(text));
    if (limit === undefined) expect(message).toBeUndefined();
    else expect(message).toMatch(new RegExp(`^the line has more than ${limit} of members`));
  });

  test('too many are the one problem of a row, whatever else is wrong and to be repaired', () => {
    const line = Buffer.from(`{"request":{"contents":[],"generation_config":${different(100_001)}}}`);
    const checked = checkInputRow(line, { keyField: 'key', rules: {}, repair: ['spelling'] });
    expect(checked).toMatchObject({ errors: 1, problems: [{ rule: 'too-many-names', path: '' }], repaired: [] });
    expect(checked.value).toBeUndefined();
  });
});
