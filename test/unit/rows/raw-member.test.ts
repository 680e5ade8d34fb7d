import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rawMember } from '../../../src/rows/raw-member';

const raw = (line: string, name = 'request') => rawMember(Buffer.from(line), name)?.toString();

describe('rawMember', () => {
  test('gives the bytes of a value as they stand', () => {
    expect(raw(' {"key" : "a\\"}" ,\t"request":{"a": 1.0, "b":"\\u00e9}]" , "c":[ {} ]} , "x":-1e5}\r')).toBe(
      '{"a": 1.0, "b":"\\u00e9}]" , "c":[ {} ]}',
    );
  });

  test.each([
    ['{"request":12345678901234567890}', '12345678901234567890'],
    ['{"request": true }', 'true'],
    ['{"request":"\\\\"}', '"\\\\"'],
    ['{"request":[]}', '[]'],
    ['{"re\\u0071uest":1}', '1'],
    ['{"request":1,"request":2}', '2'],
  ])('reads %s', (line, value) => expect(raw(line)).toBe(value));

  test('finds no member of a nested object', () => {
    expect(raw('{"a":{"request":1}}')).toBeUndefined();
    expect(raw('{}')).toBeUndefined();
  });

  test.each(['[1]', '{"request":{"a":1}', '{"request":"a', '{"a" 1}', ''])('refuses %s, which is no object', (line) => {
    expect(() => raw(line)).toThrow(SyntaxError);
  });

  test('agrees with JSON.parse on whatever JSON.stringify writes (property)', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(0, 1, '\t'),
        (value, others, space) => {
          const line = JSON.stringify({ ...others, request: value }, null, space);
          expect(JSON.parse(raw(line)!)).toEqual(JSON.parse(JSON.stringify(value)));
        },
      ),
    );
  });
});
