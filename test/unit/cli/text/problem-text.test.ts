import { assert, constantFrom, integer, property, string, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noColors as colors } from '../../../../src/cli/colors';
import { widthOf } from '../../../../src/cli/text/plain';
import { problemText } from '../../../../src/cli/text/problem-text';
import type { ValidationProblem } from '../../../../src/domain/validation-problem';

function aProblem(overrides: Partial<ValidationProblem> = {}): ValidationProblem {
  return {
    severity: 'error',
    rule: 'role',
    uri: 'prompts.jsonl',
    line: 17,
    byte: 0,
    path: 'request.contents[0].role',
    message: 'role must be user or model, got "tester"',
    ...overrides,
  };
}

/** The text of a problem, its lines below the title. */
function shown(row: string | Buffer, overrides: Partial<ValidationProblem> = {}, columns = 100): string {
  return problemText(aProblem(overrides), { row: Buffer.from(row) }, { columns, colors });
}

/** The text that is marked in the snippet. */
function marked(text: string): string {
  const [, source = '', mark = ''] = text.split('\n');
  return source.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1);
}

const ROW = '{"key":"p-17","request":{"contents":[{"role":"tester","parts":[{"text":"Summarise"}]}]}}';

describe('a problem of a row', () => {
  it('is shown with its place, its line, and the spot marked', () => {
    expect(`\n${shown(ROW)}`).toBe(`
error[role] prompts.jsonl:17  role must be user or model, got "tester"
  17 │ {"key":"p-17","request":{"contents":[{"role":"tester","parts":[{"text":"Summarise"}]}]}}
     │                                              ^^^^^^^^ request.contents[0].role`);
  });

  it('has its message and its path on lines of their own where the terminal is narrow', () => {
    expect(`\n${shown(ROW, {}, 60)}`).toBe(`
error[role] prompts.jsonl:17
  role must be user or model, got "tester"
  17 │ …tents":[{"role":"tester","parts":[{"text":"Summaris…
     │                  ^^^^^^^^ request.contents[0].role`);
    expect(`\n${shown(ROW, {}, 44)}`).toBe(`
error[role] prompts.jsonl:17
  role must be user or model, got "tester"
  17 │ …":[{"role":"tester","parts":[{"text…
     │             ^^^^^^^^
     │ request.contents[0].role`);
  });

  it('far into a long line is shown with what is around it', () => {
    const row = `{"pad":"${'x'.repeat(3_000_000)}","request":{"contents":[{"role":"tester"}]}}`;
    expect(`\n${shown(row, {}, 80)}`).toBe(`
error[role] prompts.jsonl:17  role must be user or model, got "tester"
  17 │ …":{"contents":[{"role":"tester"}]}}
     │                         ^^^^^^^^ request.contents[0].role`);
  });

  it('has its mark below wide characters', () => {
    const row = '{"key":"日本👩‍👩‍👧","request":{"contents":[{"role":"テスト"}]}}';
    expect(`\n${shown(row, { message: 'role must be user or model, got "テスト"' })}`).toBe(`
error[role] prompts.jsonl:17  role must be user or model, got "テスト"
  17 │ {"key":"日本👩‍👩‍👧","request":{"contents":[{"role":"テスト"}]}}
     │                                                ^^^^^^^^ request.contents[0].role`);
  });

  it('in which something is missing has the place marked where it should be', () => {
    const message = 'role is missing; it must be user or model';
    expect(`\n${shown('{"request":{"contents":[{"parts":[{"text":"x"}]}]}}', { message })}`).toBe(`
error[role] prompts.jsonl:17  role is missing; it must be user or model
  17 │ {"request":{"contents":[{"parts":[{"text":"x"}]}]}}
     │                         ^^^^^^^^^^^^^^^^^^^^^^^^ request.contents[0].role`);
    const long = `{"request":{"contents":[{"parts":[{"text":"${'x'.repeat(100)}"}]}]}}`;
    expect(marked(shown(long, { message }, 200))).toBe('{');
  });
});

describe('a problem of two rows', () => {
  it('shows both', () => {
    const problem = aProblem({
      rule: 'import-type',
      line: 1_207,
      path: 'request.labels["team.name"]',
      message: 'request.labels["team.name"] is a number here and a string in a.jsonl:3; give it one type in all rows',
      other: { uri: 'a.jsonl', line: 3, byte: 40, path: 'request.labels["team.name"]' },
    });
    const rows = {
      row: Buffer.from('{"request":{"labels":{"team.name":5}}}'),
      other: Buffer.from('{"key":"x","request":{"labels":{"team.name":"five"}}}'),
    };
    expect(`\n${problemText(problem, rows, { columns: 88, colors })}`).toBe(`
error[import-type] prompts.jsonl:1207
  request.labels["team.name"] is a number here and a string in a.jsonl:3; give it one
  type in all rows
  1207 │ {"request":{"labels":{"team.name":5}}}
       │                                   ^ request.labels["team.name"]
       and a.jsonl:3
     3 │ {"key":"x","request":{"labels":{"team.name":"five"}}}
       │                                             ^^^^^^ request.labels["team.name"]`);
  });
});

describe('the mark of a rule', () => {
  it.each([
    ['unknown-field', '{"request":{"contnts":[1]}}', 'request.contnts', '"contnts"'],
    ['import-name', '{"request":{"a-b":{"c d":1}}}', 'request["a-b"]["c d"]', '"c d"'],
    ['spelled-twice', '{"fileData":1,"file_data":2}', 'file_data', '"file_data"'],
    ['name-repeated', '{"a":1,"b":2,"a":3}', 'a', '"a"'],
    ['reserved-field', '{"response":1}', 'response', '"response"'],
    ['import-name-case', '{"Key":1}', 'Key', '"Key"'],
    ['import-spelling', '{"request":{"file_data":1}}', 'request.file_data', '"file_data"'],
    ['import-empty', '{"request":{"tools":[{"googleSearch":{}}]}}', 'request.tools[0].googleSearch', '{}'],
    ['shape', '{"request":{"contents":{"a":1}}}', 'request.contents', '{"a":1}'],
    ['byte-order-mark', '\ufeff{"a":1}', '', '\ufffd'],
    ['json-array', '  [{"a":1}', '', '['],
    ['json', '{"a":1,,"b":2}', '', ','],
    ['control-character', '{"a":"x\u0000y"}', '', '␀'],
    ['control-character', '{"a":"\ty"}', '', ' '],
    ['truncated', '{"a":"x', '', ''],
  ] as const)('%s in %s at %s', (rule, row, path, spot) => {
    expect(marked(shown(row, { rule, path }))).toBe(spot);
  });

  it('name-repeated is the second of the two', () => {
    expect(shown('{"a":1,"b":2,"a":3}', { rule: 'name-repeated', path: 'a' }).split('\n')[2]).toBe(
      '     │              ^^^ a',
    );
  });

  it('utf8 is the first byte that is wrong, not a replacement character that stands there', () => {
    const row = Buffer.concat([Buffer.from('{"a":"\ufffdé'), Buffer.from([0xe9]), Buffer.from('t\ufffd"}')]);
    expect(shown(row, { rule: 'utf8', path: '', message: 'not valid UTF-8' })).toContain(
      '\n  17 │ {"a":"�é�t�"}\n     │         ^',
    );
  });

  it.each(['blank-line', 'line-too-long', 'object', 'nesting'] as const)('%s is none', (rule) => {
    expect(shown('"x"', { rule, path: '' })).not.toContain('^');
  });

  it.each([
    ['blank-line', ' \t'],
    ['gzip', '\u001f\u008b\b'],
  ] as const)('%s has no line to show', (rule, row) => {
    expect(shown(row, { rule, path: '' }).split('\n')).toHaveLength(1);
  });
});

describe('hostile input', () => {
  it('gives the terminal no orders, wherever it stands', () => {
    const escape = '\u001b]0;title\u0007\u202e\u2028\n';
    const text = shown(`{"x":"${escape}"}`, {
      uri: `a${escape}.jsonl`,
      path: `x${escape}`,
      message: `got ${escape}`,
    });
    for (const order of ['\u0007', '\u001b', '\u202e', '\u2028']) expect(text).not.toContain(order);
    expect(text.split('\n')).toHaveLength(2);
  });

  it('has a text of bounded size', () => {
    const long = 'y'.repeat(3_000_000);
    const text = shown(`{"${long}":1}`, { rule: 'unknown-field', path: long, message: `${long} is unknown` });
    expect(text.length).toBeLessThan(1_500);
  });

  it('never takes more columns than there are, whatever the bytes, and never throws', () => {
    const rules = constantFrom('json', 'utf8', 'control-character', 'truncated', 'import-name', 'role' as const);
    const paths = constantFrom('', 'a', 'a[0]', 'request["x');
    assert(
      property(
        uint8Array({ maxLength: 300 }),
        string({ unit: 'binary' }),
        rules,
        paths,
        integer({ min: 40, max: 120 }),
        (bytes, text, rule, path, columns) => {
          for (const row of [Buffer.from(bytes), Buffer.from(`{"a":["${text}"]}`)]) {
            const [, ...lines] = shown(row, { rule, path, message: 'x' }, columns).split('\n');
            for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
          }
        },
      ),
    );
  });
});
