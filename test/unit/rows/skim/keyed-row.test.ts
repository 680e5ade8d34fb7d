import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyedRowReader } from '../../../../src/rows/skim/keyed-row';

const FIELDS = ['key', 'custom_id', 'my "own" (id)*', '__proto__'];

describe('a skeleton of a key and a known request', () => {
  const space = fc.constantFrom('', '', ' ', '\t', ' \r');
  const key = fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text));
  const value = fc.oneof(
    { weight: 4, arbitrary: key },
    { weight: 1, arbitrary: fc.constantFrom('0', '1', 'null', '""', '"\\u0000t"', '"a', '{}') },
  );
  const name = fc.constantFrom(...FIELDS, 'request', 'other').map((text) => JSON.stringify(text));
  const member = fc.oneof(fc.tuple(name, value), fc.constant(['"request"', '0'] as const));
  const skeletons = fc
    .tuple(fc.array(member, { maxLength: 3 }), fc.array(space, { minLength: 12, maxLength: 12 }))
    .map(([members, spaces]) => {
      const around = (text: string, at: number) => `${spaces[at]}${text}${spaces[at + 1]}`;
      const body = members.map(([field, given], at) => `${around(field, 2 * at)}:${around(given, 2 * at + 1)}`);
      return around(`{${body.join(',')}}`, 10);
    });

  test('is read as JSON.parse reads it, or not at all', () => {
    const read = keyedRowReader(FIELDS);
    let times = 0;
    fc.assert(
      fc.property(skeletons, (skeleton) => {
        const row = read(skeleton);
        if (row === undefined) return;
        times += 1;
        expect(JSON.stringify(row, Object.keys(row).sort())).toBe(
          JSON.stringify(JSON.parse(skeleton), Object.keys(row).sort()),
        );
      }),
      { numRuns: 5000 },
    );
    expect(times).toBeGreaterThan(100);
  });

  test.each([
    ['{"key":"p-1","request":0}', { key: 'p-1', request: 0 }],
    ['{"request": 0, "custom_id": "é"}', { custom_id: 'é', request: 0 }],
    ['{"key":"","request":0}', { key: '', request: 0 }],
    ['{"my \\"own\\" (id)*":"x","request":0}', { 'my "own" (id)*': 'x', request: 0 }],
  ])('%s is read', (skeleton, row) => {
    expect(keyedRowReader(FIELDS)(skeleton)).toEqual(row);
  });

  test.each([
    '{"key":"\\u0000t","request":0}',
    '{"key":"a\\"","request":0}',
    '{"key":"a","request":0,"more":1}',
    '{"key":7,"request":0}',
    '{"key":"a","request":{}}',
    '{"key":","request":0}',
    '{"name":"a","request":0}',
  ])('%s is left to JSON.parse', (skeleton) => {
    expect(keyedRowReader(FIELDS)(skeleton)).toBeUndefined();
  });
});
