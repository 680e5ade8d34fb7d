import { assert, json as anyJson, jsonValue, property, string, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { positionOf } from '../../../../src/cli/text/json-position';
import { syntaxErrorAt } from '../../../../src/cli/text/json-syntax';

describe('positionOf', () => {
  it('finds what JSON.parse finds, at any index', () => {
    assert(
      property(anyJson(), (json) => {
        const value: unknown = JSON.parse(json);
        if (!Array.isArray(value) || value.length === 0) return;
        const index = value.length - 1;
        const [from, to] = positionOf(json, `[${index}]`)?.value ?? [0, 0];
        expect(JSON.parse(json.slice(from, to))).toEqual(value[index]);
      }),
    );
  });

  it('finds a member and its name by any name, however it is spelled', () => {
    assert(
      property(
        uniqueArray(string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }),
        jsonValue({ maxDepth: 2 }),
        (names, value) => {
          const text = JSON.stringify({ outer: Object.fromEntries(names.map((name) => [name, value])) });
          for (const name of names.filter((each) => each !== '__proto__')) {
            const found = positionOf(text, `outer[${JSON.stringify(name)}]`);
            expect(JSON.parse(text.slice(...(found?.name ?? [])))).toBe(name);
            expect(text.slice(...(found?.value ?? []))).toBe(JSON.stringify(value));
          }
        },
      ),
    );
  });

  it.each([
    ['{"a":{"b":[1,{"c":"x"}]}}', 'a.b[1].c', '"c"', '"x"'],
    ['{"a" : { "b.c" : [ 1 , 2 ] } }', 'a["b.c"][1]', undefined, '2'],
    ['{"a]":{"":{"\\u0041":1}}}', '["a]"][""].A', '"\\u0041"', '1'],
    ['{"a":1,"a":2}', 'a', '"a"', '2'],
    ['{"__proto__":{"a":1}}', '__proto__.a', '"a"', '1'],
    ['{"request":{"contents":[]}}', 'request.contents[0].role', '"contents"', '[]'],
    ['{"a":{"b":1,"c":"cut o', 'a.c', '"c"', '"cut o'],
    ['{"a":{"b":1,"c":"cut o', 'a.x', '"a"', '{"b":1,"c":"cut o'],
    ['{"a":1}', 'a["cut of', '"a"', '1'],
  ])('%s at %s', (text, path, name, value) => {
    const found = positionOf(text, path);
    expect(found?.name && text.slice(...found.name)).toBe(name);
    expect(found && text.slice(...found.value)).toBe(value);
  });

  it.each([
    ['{"a":1}', 'b'],
    ['{"a":', 'b'],
    ['not json', 'a'],
    ['', 'a'],
  ])('%s has nothing at %s', (text, path) => {
    expect(positionOf(text, path)).toBeUndefined();
  });

  it('says whether the path leads on, to what isn’t there', () => {
    expect(positionOf('{"a":{}}', 'a')?.isParent).toBe(false);
    expect(positionOf('{"a":{}}', 'a.b')?.isParent).toBe(true);
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('syntaxErrorAt', () => {
  it('finds an error where JSON.parse does, in JSON of which a piece is missing', () => {
    assert(
      property(anyJson(), string({ maxLength: 3 }), (json, piece) => {
        for (let at = 0; at <= json.length; at += 1) {
          for (const text of [json.slice(0, at), json.slice(0, at) + piece + json.slice(at + 1)]) {
            expect(syntaxErrorAt(text) === undefined, text).toBe(parses(text));
          }
        }
      }),
    );
  });

  it.each([
    ['{"a":1,,"b":2}', ',"b":2}'],
    ['{"a":tru}', 'tru}'],
    ['{"a":01}', '01}'],
    ['{"a":"\t"}', '\t"}'],
    ['{"a":"\\x"}', '\\x"}'],
    ['{"a":1} {}', '{}'],
    ["{'a':1}", "'a':1}"],
    ['[1,]', ']'],
    ['{"a":"cut', ''],
    ['{"a":', ''],
    ['', ''],
  ])('%s is wrong from %s on', (text, rest) => {
    expect(text.slice(syntaxErrorAt(text))).toBe(text.slice(text.length - rest.length));
  });

  it('takes nesting of any depth', () => {
    expect(syntaxErrorAt('['.repeat(100_000) + ']'.repeat(100_000))).toBeUndefined();
    expect(syntaxErrorAt('[{"a":'.repeat(100_000))).toBe(600_000);
  });
});
