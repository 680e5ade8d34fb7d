import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TOKEN_KINDS, usageIn } from '../../../../src/domain/usage';
import type { PlainAnswer } from '../../../../src/rows/skim/plain-answer';
import { OutputForms } from '../../../../src/rows/skim/output-forms';
import { readOutputRow } from '../../../../src/rows/skim/output-row';
import { Scanner } from '../../../../src/rows/skim/scanner';
import { LineSkimmer } from '../../../../src/rows/skim/skimmed-lines';

const LONG = 'An answer of many words. '.repeat(20);

/** A row as a job writes it, with what differs between rows in its parameters. */
const answered = ({
  key = 'row-1' as unknown,
  status = '',
  text = LONG,
  modelVersion = 'gemini-2.5-flash',
  counts = [131, 14, 145] as readonly unknown[],
  audio = 7 as unknown,
  beside = {} as object,
}) => ({
  status,
  processed_time: '2026-11-22T18:13:16.826+00:00',
  response: {
    candidates: [
      { avgLogprobs: -0.2684765498221, content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP', ...beside },
    ],
    createTime: '2026-11-22T18:13:16.826Z',
    responseId: 'nEYjaYS4Ns-xnvgPq4Wb6Qk',
    modelVersion,
    usageMetadata: {
      promptTokenCount: counts[0],
      candidatesTokenCount: counts[1],
      totalTokenCount: counts[2],
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: counts[0] },
        { modality: 'AUDIO', tokenCount: audio },
        { modality: 'AUDIO', tokenCount: 1 },
      ],
      trafficType: 'ON_DEMAND',
    },
  },
  key,
});

const scanner = new Scanner();

/** Has the scanner look at a line that stands alone; whether there is nothing odd in it. */
function canScan(line: string): boolean {
  const lines = new LineSkimmer(scanner);
  lines.give(Buffer.from(line));
  return (lines.next() ?? lines.last())?.skimmed() !== undefined;
}

/** Knows the forms of these rows. */
function knowing(rows: readonly object[], keyField = 'key'): OutputForms {
  scanner.forgetForms();
  const forms = new OutputForms(scanner, keyField);
  for (const row of rows) {
    expect(canScan(JSON.stringify(row))).toBe(true);
    forms.learn();
  }
  return forms;
}

/** What the forms say of a line, with its text; it is what a full reading says. */
function read(forms: OutputForms, line: string) {
  expect(canScan(line)).toBe(true);
  const row = forms.read();
  if (row === undefined) return undefined;
  const text = row.rawText === undefined ? {} : { text: JSON.parse(row.rawText.toString('utf8')) as string };
  const outcome = { ...row.outcome, ...text };
  const full = readOutputRow(Buffer.from(line), 'key');
  expect({ key: row.key, outcome }).toEqual({ key: full?.key, outcome: full?.outcome });
  const plain = forms.readPlain();
  if (plain !== undefined) expect(told(plain)).toEqual({ key: row.key, outcome });
  return { key: row.key, outcome };
}

/** The same of an answer that lies in memory. */
function told({ memory, keyFrom, keyTo, textFrom, textTo, words, tokens }: PlainAnswer) {
  const { finishReason, modelVersion, hasUsage } = words;
  const usage = hasUsage ? usageIn(tokens) : null;
  const promptAudioTokens = tokens[TOKEN_KINDS.length]!;
  return {
    key: memory.toString('utf8', keyFrom, keyTo),
    outcome: {
      kind: 'answered',
      text: JSON.parse(memory.toString('utf8', textFrom, textTo)) as string,
      finishReason,
      modelVersion,
      usage,
      wholeResponse: false,
      ...(promptAudioTokens > 0 && { promptAudioTokens }),
    },
  };
}

const USUAL = {
  'with other counts': { counts: [1, 0, 2 ** 40] },
  'with a count of minus zero': { counts: [1, '-0', 1] },
  'with a number as its key': { key: 12 },
  'with a key beyond ASCII': { key: 'Zeile-日本' },
  'with an empty key': { key: '' },
  'with a short text': { text: 'Yes.' },
  'with a text of escapes': { text: '"\\\n\u2028' },
  'with another model': { modelVersion: 'gemini-2.5-flash-001' },
  'without audio': { audio: 0 },
} as const;

const UNUSUAL = {
  'that was refused': { status: 'Bad Request: 429' },
  'with a blank text': { text: ' \n' },
  'with no text at all': { text: '' },
  'with half a token': { counts: [0.5, 0.5, 1] },
  'with less than no tokens': { counts: [-1, 1, 0] },
  'with more tokens than a number can hold': { counts: [1e300, 1, 1] },
  'with a key that is escaped': { key: 'a"b' },
  'with counts in strings': { counts: ['131', '14', '145'] },
  'that ended otherwise': { beside: { finishReason: 'MAX_TOKENS' } },
  'with something long beside its text': { beside: { finishMessage: LONG } },
} as const;

describe('reading output rows by their forms', () => {
  test.each(Object.entries(USUAL))('reads a row %s like one that was seen', (_, difference) => {
    const line = JSON.stringify(answered(difference)).replaceAll('"-0"', '-0');
    const seen = 'key' in difference && typeof difference.key === 'number' ? answered({ key: 7 }) : answered({});
    expect(read(knowing([seen]), line)).toBeDefined();
  });

  test.each(Object.entries(UNUSUAL))('leaves a row %s to be read in full', (_, difference) => {
    expect(read(knowing([answered({})]), JSON.stringify(answered(difference)))).toBeUndefined();
  });

  test.each([
    ['counts are strings', answered({ counts: ['1', '2', '3'] })],
    ['only the total is one', answered({ counts: [1, 2, '3'] })],
    ['text is in two parts', { response: { candidates: [{ content: { parts: [{ text: 'a' }, { text: 'b' }] } }] } }],
    ['finish reason has a digit', answered({ beside: { finishReason: 'STOP_2' } })],
    ['prompt was blocked', { key: 'a', response: { promptFeedback: { blockReason: 'SAFETY' } } }],
    ['key is an object', answered({ key: { id: 1 } })],
    ['numbers are too many', answered({ beside: { logprobsResult: { chosenCandidates: Array(49).fill(0.5) } } })],
  ])('has no plan for rows whose %s', (_, row) => {
    const forms = knowing([row]);
    expect(read(forms, JSON.stringify(row))).toBeUndefined();
  });

  test.each(['text', 'modelVersion', 'counts', 'audio'] as const)('makes nothing of a row with another %s', (name) => {
    const differences = { text: ' \n.', modelVersion: 'gemini-2.5-pro', counts: [1, 2, 3], audio: 0 };
    const forms = knowing([answered({})]);
    expect(read(forms, JSON.stringify(answered({ [name]: differences[name] })))).toBeDefined();
    expect(forms.readPlain()).toBeDefined();
  });

  test.each([
    ['has a key beyond ASCII', { key: 'é' }],
    ['has no key', { key: '' }],
    ['tells more than a text', { beside: { groundingMetadata: { webSearchQueries: ['a'] } } }],
  ])('leaves it to others to read a row that %s', (_, difference) => {
    const forms = knowing([answered({}), answered(difference)]);
    expect(read(forms, JSON.stringify(answered(difference)))).toBeDefined();
    expect(forms.readPlain()).toBeUndefined();
  });

  test('takes a total that the service left out for the sum of what it tells', () => {
    const forms = knowing([answered({ counts: [1, 2] })]);
    expect(read(forms, JSON.stringify(answered({ counts: [30, 4] })))?.outcome).toMatchObject({
      usage: { totalTokenCount: 34 },
    });
  });

  test('takes nothing for a key that stands in a request', () => {
    const row = { request: 'a', response: answered({}).response };
    expect(read(knowing([row], 'request'), JSON.stringify(row))).toBeUndefined();
  });

  test('says of any row of the forms that it knows what a full reading says', { timeout: 60_000 }, () => {
    const value = fc.oneof(
      fc.nat(),
      fc.double({ noDefaultInfinity: true, noNaN: true }),
      fc.constantFrom('', '12', '0x1f', '1e3', ' 7', null, true, 'STOP', LONG, 'nEYj4', '2026-11-22', '\u00a0'),
      fc.string({ unit: 'binary', maxLength: 12 }),
    );
    const difference = fc.record(
      {
        key: value,
        text: fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.constantFrom('', ' ', LONG)),
        counts: fc.array(fc.oneof({ weight: 9, arbitrary: fc.nat() }, value), { minLength: 3, maxLength: 3 }),
        audio: value,
        beside: fc.dictionary(
          fc.constantFrom('finishMessage', 'groundingMetadata', 'finishReason', 'index', 'thought'),
          value,
          { maxKeys: 2 },
        ),
      },
      { requiredKeys: [] },
    );
    const forms = knowing([answered({})]);
    let usual = 0;
    fc.assert(
      fc.property(difference, (changes) => {
        const line = JSON.stringify(answered(changes));
        if (!canScan(line)) return;
        if (read(forms, line) !== undefined) usual += 1;
        else forms.learn();
      }),
      { numRuns: 20_000 },
    );
    expect(usual).toBeGreaterThan(1_000);
  });
});
