import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type OutputRow, OutputSkimmer, readOutputRow } from '../../../../src/rows/skim/output-row';
import { Scanner } from '../../../../src/rows/skim/scanner';
import { LineSkimmer } from '../../../../src/rows/skim/skimmed-lines';

const LONG = 'Ein längerer Text, "quoted" \\ and\n日本語 😀 '.repeat(4);
const BLANK = '\n\u00a0 '.repeat(40);
const REQUEST = {
  contents: [
    { role: 'user', parts: [{ text: LONG }, { inlineData: { data: Buffer.alloc(600, 9).toString('base64') } }] },
    { role: 'model', parts: { text: 'ü', fileData: null } },
    { role: 'user', parts: [{ fileData: { fileUri: 'gs://acme/order.pdf', mimeType: 'application/pdf' } }] },
  ],
  generationConfig: { temperature: 0.7, topP: -0, seed: 1e3, maxOutputTokens: 2 ** 60, stopSequences: [] },
  labels: { team_name: 'catalogue', _: '' },
  systemInstruction: null,
};
const answer = (parts: unknown, rest: object = {}) => ({
  candidates: [{ content: { parts, role: 'model' }, finishReason: 'STOP', ...rest }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2 },
});

/** All that a job writes, by what is special about it. */
const ROWS: Readonly<Record<string, object>> = {
  answered: { key: 'a', status: '', request: REQUEST, response: answer([{ text: LONG }]) },
  'answered shortly': { key: 'a', status: '', request: REQUEST, response: answer([{ text: 'Yes.' }]) },
  'answered in base64': { key: 'a', request: REQUEST, response: answer([{ text: 'abcd'.repeat(30) }]) },
  'answered with white space': { key: 'a', status: '', request: REQUEST, response: answer([{ text: BLANK }]) },
  'answered behind white space': { key: 'a', status: '', request: REQUEST, response: answer([{ text: `${BLANK}x` }]) },
  'in several parts': {
    status: '',
    response: answer([{ text: LONG, thought: true }, { text: 'b' }]),
    request: REQUEST,
    key: 2,
  },
  'in two long parts': { key: 'a', request: REQUEST, response: answer([{ text: LONG }, { text: LONG }]) },
  'with several candidates': {
    key: 'ä',
    request: REQUEST,
    response: { candidates: [{ content: { parts: { text: LONG } } }, { finishReason: 'SAFETY' }] },
  },
  'grounded on something long': {
    key: 'a',
    request: REQUEST,
    response: answer([{ text: 'b' }], { groundingMetadata: { webSearchQueries: [LONG] } }),
  },
  'cut at the limit': { key: 'c', request: REQUEST, response: answer([], { finishReason: 'MAX_TOKENS' }) },
  'stopped with a long word': {
    key: 'c',
    request: REQUEST,
    response: answer([], { finishReason: 'OTHER', finishMessage: LONG }),
  },
  'of a long model': { key: 'c', request: REQUEST, response: { ...answer([{ text: 'b' }]), modelVersion: LONG } },
  'a blocked prompt': { key: 'd', request: REQUEST, response: { promptFeedback: { blockReason: 'SAFETY' } } },
  refused: {
    key: 'e',
    request: REQUEST,
    status: `Bad Request: {"error": {"code": 400, "message": "${'x'.repeat(80)}"}}`,
  },
  'refused shortly': { key: 'e', request: REQUEST, status: 'Bad Request: 429', response: {} },
  'refused in an object': { key: 'f', request: REQUEST, status: { code: 8, message: LONG }, response: {} },
  'with a long key': { key: LONG, request: REQUEST, response: answer([{ text: 'g' }]) },
  'with a long field of its own': { note: LONG, key: 'n', request: REQUEST, response: answer([{ text: LONG }]) },
  'without a key': { request: REQUEST, response: answer([{ text: LONG }]) },
  'without a request': { key: 'a', response: answer([{ text: LONG }]) },
  'with a request that is text': { key: 'a', request: LONG, response: answer([{ text: 'h' }]) },
  'with a response that is text': { key: 'h', request: REQUEST, response: LONG },
  'with a request that is like no other': { key: 'i', request: { ...REQUEST, labels: { row: 'i' } }, response: {} },
};

const lineOf = (row: object) => Buffer.from(JSON.stringify(row));
const shortScanner = new Scanner(32);

/** Knows the templates and forms of the rows that it read before. */
function aSkimmer(keyField = 'key'): OutputSkimmer {
  shortScanner.forgetTemplates();
  shortScanner.forgetForms();
  return new OutputSkimmer(shortScanner, keyField);
}

/** Reads a line that stands alone. */
function read(skimmer: OutputSkimmer, line: Buffer): OutputRow | undefined {
  const lines = new LineSkimmer(shortScanner);
  lines.give(line);
  const last = lines.next() ?? lines.last();
  return last && skimmer.read(last);
}

/** All that is taken of a row. */
function told({ key, outcome, rawText, response, requestHash }: OutputRow) {
  const text = rawText === undefined ? {} : { text: JSON.parse(rawText.toString('utf8')) as string };
  const isKey = typeof key === 'string' || typeof key === 'number';
  return { key: isKey ? key : null, outcome: { ...outcome, ...text }, response: response(), hash: requestHash() };
}

function readBoth(skimmer: OutputSkimmer, line: Buffer, keyField = 'key'): 'skimmed' | 'left' {
  const skimmed = read(skimmer, line);
  if (skimmed === undefined) return 'left';
  expect(line.equals(Buffer.from(line.toString('utf8')))).toBe(true);
  const full = readOutputRow(line, keyField);
  expect(full).toBeDefined();
  expect(told(skimmed)).toEqual(full && told(full));
  return 'skimmed';
}

const LEFT = new Set(['refused', 'refused in an object', 'with a long key']);

describe('skimming an output row', () => {
  test.each(Object.keys(ROWS))('gives of a row %s what a full reading gives, or leaves it', (name) => {
    const skimmer = aSkimmer();
    const line = lineOf(ROWS[name] ?? {});
    const expected = LEFT.has(name) ? 'left' : 'skimmed';
    // the second time its template is known, the third time its texts are hashed
    expect([1, 2, 3].map(() => readBoth(skimmer, line))).toEqual([expected, expected, expected]);
  });

  test('leaves the text of an answer as it stands', () => {
    const { rawText } = read(aSkimmer(), lineOf(ROWS['answered'] ?? {})) ?? {};
    expect(rawText?.toString('utf8')).toBe(JSON.stringify(LONG));
  });

  test('sees an empty answer in any character that trim takes for white space', () => {
    const spaces = Array.from({ length: 0xffff }, (_, code) => String.fromCharCode(code)).filter(
      (c) => c.trim() === '',
    );
    expect(spaces.length).toBeGreaterThan(20);
    const skimmer = aSkimmer();
    for (const space of spaces) {
      const { outcome } = read(skimmer, lineOf({ key: 'a', response: answer([{ text: space.repeat(60) }]) })) ?? {};
      expect(outcome?.kind, space.codePointAt(0)?.toString(16)).toBe('failed');
    }
  });

  test.each([
    [
      'two responses',
      (text: string) => `{"key":"a","response":{},"resp\\u006fnse":${JSON.stringify(answer([{ text }]))}}`,
    ],
    ['two requests', () => `{"key":"a","request":${JSON.stringify(REQUEST)},"\\u0072equest":0}`],
    ['two keys', () => `{"key":"a","request":${JSON.stringify(REQUEST)},"key":"b"}`],
  ])('leaves a row with %s to be read in full', (_, line) => {
    const skimmer = aSkimmer();
    read(skimmer, lineOf(ROWS['answered'] ?? {}));
    expect(readBoth(skimmer, Buffer.from(line(LONG)))).toBe('left');
  });

  test.each(['e5', '.5', '1', '{}'])('takes no row for right in which %s follows a request that is known', (rest) => {
    const skimmer = aSkimmer();
    read(skimmer, lineOf(ROWS['answered'] ?? {}));
    expect(read(skimmer, Buffer.from(`{"key":"a","request":${JSON.stringify(REQUEST)}${rest}}`))).toBeUndefined();
  });

  test('takes the key from the field that has it, even from request', () => {
    const skimmer = aSkimmer('request');
    for (const request of ['a', REQUEST, REQUEST]) {
      const line = lineOf({ request, response: answer([{ text: LONG }]) });
      expect(['skimmed', 'left']).toContain(readBoth(skimmer, line, 'request'));
    }
  });

  test('knows a request by its echo, however that is spelt, filled and sorted', () => {
    const skimmer = aSkimmer('');
    const echo = JSON.stringify(REQUEST)
      .replaceAll('inlineData', 'inline_data')
      .replaceAll('ä', '\\u00e4')
      .replaceAll('😀', '\\ud83d\\ude00')
      .replaceAll('"role":"user"', '"videoMetadata":null,"role":"user"');
    const hashes = [lineOf({ request: REQUEST }), Buffer.from(`{"request":${echo}}`)].flatMap((line) =>
      [1, 2, 3].map(() => read(skimmer, line)?.requestHash()),
    );
    expect(new Set(hashes).size).toBe(1);
    expect(hashes[0]).toBe(readOutputRow(lineOf({ request: REQUEST }), '')?.requestHash());
  });

  test('gives what a full reading gives of rows that were changed anywhere, or nothing', { timeout: 60_000 }, () => {
    const put = [
      ...[
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
        '\\ud83d\\ude00',
        'null',
      ],
      ...['"key":1,', '"request":0,', '"request":{},', '"text":"",', '1', '-', '0.', 'e5', ' '],
    ];
    const edit = fc.record({
      at: fc.nat(),
      drop: fc.nat(3),
      put: fc.oneof(fc.constantFrom(...put), fc.string({ unit: 'binary', maxLength: 3 })),
    });
    const row = fc.constantFrom(...Object.values(ROWS));
    const skimmer = aSkimmer();
    let skimmed = 0;
    fc.assert(
      fc.property(row, fc.array(edit, { maxLength: 3 }), fc.boolean(), (start, edits, isTorn) => {
        let line = lineOf(start);
        for (const { at, drop, put: bytes } of edits) {
          const position = at % line.length;
          line = Buffer.concat([line.subarray(0, position), Buffer.from(bytes), line.subarray(position + drop)]);
        }
        if (isTorn) line = line.subarray(0, Math.floor(line.length / 2));
        if (!line.includes(0x0a) && readBoth(skimmer, line) === 'skimmed') skimmed += 1;
      }),
      { numRuns: 20_000 },
    );
    expect(skimmed).toBeGreaterThan(2_000);
  });

  test('ends with a text whose last character isn’t whole', () => {
    const skimmer = aSkimmer('');
    const line = (text: Buffer) =>
      Buffer.concat([Buffer.from('{"request":{"contents":[{"parts":[{"text":"'), text, Buffer.from('"}]}]}}')]);
    read(skimmer, line(Buffer.from('x')))?.requestHash();
    const text = Buffer.concat([Buffer.alloc(5_000, 'x'), Buffer.of(0xf0)]);
    expect(read(skimmer, line(text))).toBeUndefined();
  });

  test('hashes texts of all kinds and lengths as they are hashed when decoded', { timeout: 60_000 }, () => {
    const skimmer = aSkimmer('');
    read(skimmer, lineOf({ request: { contents: [{ parts: [{ text: 'x' }] }] } }))?.requestHash();
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: 'grapheme', maxLength: 200 }),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom(1, 2, 7, 60), fc.boolean(), (piece, times, isEscaped) => {
        const text = piece.repeat(times);
        const json = JSON.stringify({ request: { contents: [{ parts: [{ text }] }] } });
        const line = isEscaped
          ? json.replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
          : json;
        expect(['skimmed', 'left']).toContain(readBoth(skimmer, Buffer.from(line), ''));
      }),
      { numRuns: 2_000 },
    );
  });
});
