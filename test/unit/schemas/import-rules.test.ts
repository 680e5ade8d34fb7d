import { describe, expect, it, test } from 'vitest';
import { checkInputRow } from '../../../src/schemas/input-row';
import { problemsOfValue } from '../../../src/schemas/row-value';

const request = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] };

function check(line: string | object) {
  const text = typeof line === 'string' ? line : JSON.stringify(line);
  return checkInputRow(Buffer.from(text), { keyField: null, rules: {}, repair: [] });
}

/** `rule path: message` of each problem. */
function problemsOf(line: string | object): string[] {
  return check(line).problems.map(({ rule, path, message }) => `${rule} ${path}: ${message}`);
}

/** A line with text of ours beside a good request. */
function beside(member: string): string {
  return `${JSON.stringify({ request }).slice(0, -1)},${member}}`;
}

/** An object of so many levels. */
function nested(levels: number, innermost: unknown = 1): unknown {
  return levels === 0 ? innermost : { a: nested(levels - 1, innermost) };
}

describe('what the import takes', () => {
  test.each<[string, object]>([
    ['15 levels of objects', { request, extra: nested(15) }],
    ['lists between them, which are no levels', { request, extra: nested(7, [nested(8)]) }],
    ['empty lists', { request, extra: [] }],
    ['null in place of a value', { request, extra: null, more: { a: null } }],
    ['names with underscores and digits', { request, _a9: 1 }],
    ['a name of 300 characters', { request, [`a${'b'.repeat(299)}`]: 1 }],
    ['names of prototypes', { request, constructor: 1, toString: 'a', hasOwnProperty: { valueOf: 1 } }],
  ])('%s', (_, line) => {
    expect(problemsOf(line)).toEqual([]);
  });
});

describe('what the import refuses', () => {
  test.each<[string, object, string]>([
    [
      'a name with a dollar, anywhere in the row',
      { request: { ...request, generationConfig: { responseJsonSchema: { $schema: 'a' } } } },
      'import-name request.generationConfig.responseJsonSchema.$schema: the import takes names of at most 300 letters, digits and _ that do not begin with a digit, got "$schema"',
    ],
    [
      'a name with a space, among the caller’s own',
      { request, 'my id': 1 },
      'import-name my id: the import takes names of at most 300 letters, digits and _ that do not begin with a digit, got "my id"',
    ],
    [
      'a name that begins with a digit',
      { request, extra: [{ '1st': 1 }] },
      'import-name extra[0].1st: the import takes names of at most 300 letters, digits and _ that do not begin with a digit, got "1st"',
    ],
    [
      'a 16th level',
      { request, extra: nested(16) },
      `import-depth extra${'.a'.repeat(15)}: the import takes 15 levels of objects, and this is level 16; flatten it`,
    ],
    [
      'levels beyond it, told of once',
      { request, extra: [nested(30)] },
      `import-depth extra[0]${'.a'.repeat(15)}: the import takes 15 levels of objects, and this is level 16; flatten it`,
    ],
    [
      'an empty object',
      { request: { contents: [{ parts: [{ functionCall: { name: 'f', args: {} } }] }] } },
      'import-empty request.contents[0].parts[0].functionCall.args: the import takes no object without members; remove it',
    ],
    [
      'an empty search',
      { request: { ...request, tools: [{ googleSearch: {} }] } },
      'import-empty request.tools[0].googleSearch: the import takes no object without members; write {"timeRangeFilter": null}, or ask for the repair "empty-search"',
    ],
    [
      'nulls in a list, told of once',
      { request, extra: [1, null, null] },
      'import-null extra[1]: the import takes no null in an array; remove it',
    ],
    [
      'a list in a list',
      { request, extra: [[1], [2]] },
      'import-nested-array extra[0]: the import takes no array directly in an array; wrap the inner one in an object',
    ],
  ])('%s', (_, line, problem) => {
    expect(problemsOf(line)).toEqual([problem]);
    expect(problemsOfValue(line, { keyField: null, rules: {} })).toEqual(check(line).problems);
  });

  test.each(['Response', 'STATUS', 'Processed_Time'])('%s, the column of a reserved name', (name) => {
    expect(problemsOf({ request, [name]: 1 })).toEqual([
      `reserved-field ${name}: ${name} is the same column as ${name.toLowerCase()}, a field that the service writes; rename it`,
    ]);
  });
});

describe('what only the text shows', () => {
  test.each<[string, string, string]>([
    ['at the top', '"request":{}', 'name-repeated request: "request" stands twice in one object; keep one'],
    [
      'however it is written',
      String.raw`"a":[1,{"b":{"é":1,"\u00e9":2}}]`,
      'name-repeated a[1].b.é: "é" stands twice in one object; keep one',
    ],
    [
      'after lists and objects',
      '"a":[[],{},{"c":[{}, [{}]],"b":"\\\\","b":2}]',
      'name-repeated a[2].b: "b" stands twice in one object; keep one',
    ],
    [
      'in a name of prototypes',
      '"__proto__":1,"__proto__":2',
      'name-repeated __proto__: "__proto__" stands twice in one object; keep one',
    ],
  ])('a name that stands twice %s', (_, member, problem) => {
    const { problems } = check(beside(member));
    expect(
      problems
        .filter(({ rule }) => rule === 'name-repeated')
        .map(({ rule, path, message }) => `${rule} ${path}: ${message}`),
    ).toEqual([problem]);
  });

  it('a name may stand in many objects', () => {
    expect(problemsOf(beside('"a":[{"b":1},{"b":{"b":"\\"b\\":"}}]'))).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['a tab', '"a":"b\tc"', 'the byte 0x09 at position 72 is a raw control character; write it as \\u0009'],
    ['a NUL in a string', '"a":"\0"', 'the byte 0x00 at position 71 is a raw control character; write it as \\u0000'],
    ['a NUL between', '"a":\0"b"', 'the byte 0x00 at position 70 is a raw control character; remove it'],
  ])('%s is a control character', (_, member, message) => {
    expect(problemsOf(beside(member))).toEqual([`control-character : ${message}`]);
  });

  it('other errors come before a control character that stands behind them', () => {
    expect(problemsOf('{"a" "b\tc"}')[0]).toMatch(/^json : /);
    expect(problemsOf(`{'it"s':\t1}`)[0]).toMatch(/^json : /);
  });

  test.each<[string, string, string]>([
    ['first', String.raw`"a":"\ud83d!"`, 'a: "\\ud83d" at position 0'],
    ['second', String.raw`"a":{"b":["x\uDE00"]}`, 'a.b[0]: "\\ude00" at position 1'],
  ])('the %s half of a surrogate pair alone is a warning', (_, member, where) => {
    const [problem = ''] = problemsOf(beside(member));
    expect(problem).toContain(`surrogate ${where} is half of a surrogate pair`);
    expect(check(beside(member))).toMatchObject({ errors: 0, warnings: 1, row: { request } });
  });

  it('both halves are a character', () => {
    expect(problemsOf(beside(String.raw`"a":"\ud83d\uDE00 😀"`))).toEqual([]);
  });
});

describe('a last line that nothing ends', () => {
  const whole = Buffer.from(JSON.stringify({ request, a: 'é' }));

  function ruleOf(line: Buffer): string | undefined {
    return checkInputRow(line, { keyField: null, rules: {}, repair: [], isLast: true }).problems[0]?.rule;
  }

  it('is truncated wherever it is cut', () => {
    for (let length = 1; length < whole.length; length += 1)
      expect(ruleOf(whole.subarray(0, length)), `${length} bytes`).toBe('truncated');
    expect(ruleOf(whole)).toBeUndefined();
  });

  test.each<[string, Buffer, string]>([
    ['garbage', Buffer.from('garbage'), 'json'],
    ['a mistake before its end', Buffer.from('{"a" "b"}'), 'json'],
    ['another encoding', Buffer.from('{"a":"\xe9"}', 'latin1'), 'utf8'],
  ])('is not when it is %s', (_, line, rule) => {
    expect(ruleOf(line)).toBe(rule);
  });
});

describe('hostile lines', () => {
  /** The first problem of a line that is answered for within a bounded time. */
  function firstRule(line: Buffer | string): string | undefined {
    const bytes = Buffer.isBuffer(line) ? line : Buffer.from(line);
    return checkInputRow(bytes, { keyField: null, rules: {}, repair: ['spelling', 'empty-search', 'byte-order-mark'] })
      .problems[0]?.rule;
  }

  test.each<[string, string, string | undefined]>([
    ['100,000 levels of objects', beside(`"a":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`), 'nesting'],
    ['100,000 levels of lists', beside(`"a":${'['.repeat(100_000)}${']'.repeat(100_000)}`), 'nesting'],
    ['100,000 levels that don’t end', `{"request":${'{"a":'.repeat(100_000)}`, 'json'],
    ['90,000 names, each unknown', `{"request":{${names(90_000)}}}`, 'unknown-field'],
    ['90,000 names of the caller’s', beside(names(90_000)), undefined],
    ['200,000 names', beside(names(200_000)), 'too-many-names'],
    ['a name of 4 MB', `{"request":{"${'x'.repeat(4_000_000)}":1}}`, 'unknown-field'],
    ['200,000 bad elements', `{"request":{"contents":[${'1,'.repeat(200_000)}1]}}`, 'contents'],
    ['4 MB of backslashes', beside(`"a":"${String.raw`\\`.repeat(2_000_000)}"`), undefined],
    ['4 MB of quotes', beside(`"a":"${String.raw`\"`.repeat(2_000_000)}"`), undefined],
    [
      '4 MB that are no base64',
      beside('"b":1').replace('"text":"Hi"', `"thoughtSignature":"${'a'.repeat(4_000_000)}="`),
      'base64',
    ],
    ['4 MB of white space', ' '.repeat(4_000_000), 'blank-line'],
  ])('%s', (_, line, rule) => {
    expect(firstRule(line)).toBe(rule);
  });

  it('4 MB of NULs', () => {
    expect(firstRule(Buffer.alloc(4_000_000))).toBe('control-character');
  });

  function names(count: number): string {
    return Array.from({ length: count }, (_, index) => `"n_${index}":1`).join();
  }

  it('the names of prototypes are names like others', () => {
    const line = `{"request":{"__proto__":{"contents":[]},"constructor":1},"__proto__":{"request":1}}`;
    expect(problemsOf(line).map((problem) => problem.split(':')[0])).toEqual([
      'unknown-field request.__proto__',
      'unknown-field request.constructor',
      'contents request.contents',
    ]);
    const { row } = check(beside('"__proto__":{"polluted":1}'));
    expect(Object.getOwnPropertyNames(row?.others)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(row?.others)).toBe(Object.prototype);
  });
});
