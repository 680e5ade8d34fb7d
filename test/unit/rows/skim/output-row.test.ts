import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { skimOutputRow } from '../../../../src/rows/skim/output-row';
import { Scanner } from '../../../../src/rows/skim/scanner';
import { classifyOutputRow } from '../../../../src/schemas/output-row';

const LONG = 'Ein längerer Text, "quoted" \\ and\n日本語 😀 '.repeat(4);
const REQUEST = {
  contents: [
    { role: 'user', parts: [{ text: LONG }, { inlineData: { data: Buffer.alloc(600, 9).toString('base64') } }] },
  ],
  systemInstruction: null,
};
const answer = (parts: unknown, rest: object = {}) => ({
  candidates: [{ content: { parts, role: 'model' }, finishReason: 'STOP', ...rest }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2 },
});

const ROWS: Readonly<Record<string, object>> = {
  answered: { key: 'a', status: '', request: REQUEST, response: answer([{ text: LONG }]) },
  'in several parts': {
    status: '',
    response: answer([{ text: LONG, thought: true }, { text: 'b' }]),
    request: REQUEST,
    key: 2,
  },
  'with several candidates': {
    key: 'ä',
    request: REQUEST,
    response: { candidates: [{ finishReason: 'SAFETY' }, { content: { parts: { text: LONG } } }] },
  },
  'cut at the limit': { key: 'c', request: REQUEST, response: answer([], { finishReason: 'MAX_TOKENS' }) },
  'a blocked prompt': { key: 'd', request: REQUEST, response: { promptFeedback: { blockReason: 'SAFETY' } } },
  refused: {
    key: 'e',
    request: REQUEST,
    status: `Bad Request: {"error": {"code": 400, "message": "${'x'.repeat(80)}"}}`,
  },
  'refused in an object': { key: 'f', request: REQUEST, status: { code: 8, message: LONG }, response: {} },
  'with a long key': { key: LONG, request: REQUEST, response: answer([{ text: 'g' }]) },
  'without a key': { request: REQUEST, response: answer([{ text: LONG }]) },
  'with a response that is text': { key: 'h', request: REQUEST, response: LONG },
};

const scanner = new Scanner(32);
const lineOf = (row: object) => Buffer.from(JSON.stringify(row));

/** All that is read of a row which has a key. */
function readOf(row: unknown): unknown {
  const { key, status, response } = row as Record<string, unknown>;
  return { key, status, response, outcome: classifyOutputRow(row) };
}

function expectSame(line: Buffer): boolean {
  const skimmed = skimOutputRow(scanner, line, 'key');
  if (skimmed === undefined) return false;
  expect(line.equals(Buffer.from(line.toString('utf8')))).toBe(true);
  expect(readOf(skimmed)).toEqual(readOf(JSON.parse(line.toString('utf8'))));
  return true;
}

describe('skimming an output row', () => {
  test.each(['answered', 'in several parts', 'with several candidates', 'cut at the limit', 'a blocked prompt'])(
    'reads one that is %s without its request',
    (name) => {
      expect(expectSame(lineOf(ROWS[name] ?? {}))).toBe(true);
    },
  );

  test.each(['refused', 'refused in an object', 'with a long key', 'without a key'])(
    'leaves one that is %s to be read in full',
    (name) => {
      expect(expectSame(lineOf(ROWS[name] ?? {}))).toBe(false);
    },
  );

  test('takes the last of two responses, as a full reading does', () => {
    const response = (text: string) => JSON.stringify(answer([{ text }]));
    const line = `{"key":"a","response":${response(LONG)},"resp\\u006fnse":${response(`${LONG}!`)}}`;
    expect(expectSame(Buffer.from(line))).toBe(true);
  });

  test('takes the key from the field that has it, even from request', () => {
    const line = lineOf({ request: 'a', response: answer([{ text: LONG }]) });
    expect(skimOutputRow(scanner, line, 'request')).toEqual(JSON.parse(line.toString('utf8')));
  });

  test('gives what a full reading gives of rows that were changed anywhere, or nothing', { timeout: 60_000 }, () => {
    const edit = fc.record({
      at: fc.nat(),
      drop: fc.nat(3),
      put: fc.oneof(
        fc.constantFrom(
          '"',
          '\\',
          '{',
          '}',
          '[',
          ']',
          ',',
          ':',
          '\n',
          '\r',
          '\u0000',
          '\\u0000',
          '\\ud800',
          'null',
          '"key":1,',
        ),
        fc.string({ unit: 'binary', maxLength: 3 }),
      ),
    });
    const row = fc.constantFrom(...Object.values(ROWS));
    let skimmed = 0;
    fc.assert(
      fc.property(row, fc.array(edit, { maxLength: 3 }), fc.boolean(), (start, edits, isTorn) => {
        let line = lineOf(start);
        for (const { at, drop, put } of edits) {
          const position = at % line.length;
          line = Buffer.concat([line.subarray(0, position), Buffer.from(put), line.subarray(position + drop)]);
        }
        if (isTorn) line = line.subarray(0, Math.floor(line.length / 2));
        if (!line.includes(0x0a) && expectSame(line)) skimmed += 1;
      }),
      { numRuns: 20_000 },
    );
    expect(skimmed).toBeGreaterThan(500);
  });
});
