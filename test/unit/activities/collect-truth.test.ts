import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import { answered } from '../../support/job-output';
import { readLasting, readResults, settle } from '../../support/output-side';
import { type InputRow, planPart } from '../../support/planned-part';

const LONG = 'Eine lange Antwort, "zitiert" \\ über\n日本語 😀 '.repeat(12);
const USAGE = { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5, trafficType: 'ON_DEMAND' };

const request = (text: string) => ({
  contents: [{ role: 'user', parts: [{ text }] }],
  generationConfig: { maxOutputTokens: 64, temperature: 0.5 },
});
/** As the import gives it back: sorted, filled with nulls, and in the other spelling. */
const echo = (text: string) => ({
  contents: [{ parts: [{ file_data: null, text }], role: 'user' }],
  generation_config: { max_output_tokens: 64, seed: null, temperature: 0.5 },
});

const candidate = (parts: unknown, rest: object = {}) => ({
  candidates: [{ avgLogprobs: -0.25, content: { parts, role: 'model' }, finishReason: 'STOP', ...rest }],
  modelVersion: 'gemini-2.5-flash',
  usageMetadata: USAGE,
});
const refusal = (code: number, status: string) =>
  `Bad Request: ${JSON.stringify({ error: { code, message: `why ${LONG}`, status } })}`;

interface OddRow {
  readonly row: object;
  /** What has to be told of it: a part of its result, or of its error. */
  readonly result?: object;
  readonly error?: readonly [outcome: 'blocked' | 'failed', status: string];
}

const finished = (reason: string, parts: unknown = []) => ({ response: candidate(parts, { finishReason: reason }) });
const thought = candidate([{ text: 'hm', thought: true }, { text: LONG }]);
const grounded = candidate([{ text: 'b' }], { groundingMetadata: { webSearchQueries: [LONG] } });
const called = candidate([{ functionCall: { name: 'look_up', args: { note: LONG } } }]);

/** Each class of row that is known of the service, with what a person would say of it. */
const ODD_ROWS: Readonly<Record<string, OddRow>> = {
  long: { row: { response: candidate([{ text: LONG }]) }, result: { text: LONG, finishReason: 'STOP' } },
  short: { row: { response: candidate([{ text: 'Yes' }]) }, result: { text: 'Yes' } },
  'in one object': { row: { response: candidate({ text: LONG }) }, result: { text: LONG } },
  'in two parts': { row: { response: candidate([{ text: LONG }, { text: LONG }]) }, result: { text: LONG + LONG } },
  thinking: { row: { response: thought }, result: { text: LONG, response: thought } },
  grounded: { row: { response: grounded }, result: { text: 'b', response: grounded } },
  'a call': { row: { response: called }, result: { text: '', response: called } },
  'cut with content': {
    row: finished('MAX_TOKENS', [{ text: LONG }]),
    result: { text: LONG, finishReason: 'MAX_TOKENS' },
  },
  'of FINISH_REASON_STOP': { row: finished('FINISH_REASON_STOP', [{ text: 'a' }]), result: { finishReason: 'STOP' } },
  'cut without content': { row: finished('MAX_TOKENS'), error: ['failed', 'MAX_TOKENS'] },
  blank: { row: { response: candidate([{ text: ' \n'.repeat(300) }]) }, error: ['failed', 'EMPTY_ANSWER'] },
  'of no candidate': { row: { response: { usageMetadata: USAGE } }, error: ['failed', 'EMPTY_ANSWER'] },
  'of no response': { row: {}, error: ['failed', 'EMPTY_ANSWER'] },
  malformed: { row: finished('MALFORMED_FUNCTION_CALL'), error: ['failed', 'MALFORMED_FUNCTION_CALL'] },
  withheld: { row: finished('SAFETY', [{ text: LONG }]), error: ['blocked', 'SAFETY'] },
  'of a blocked prompt': {
    row: { response: { promptFeedback: { blockReason: 'PROHIBITED_CONTENT', blockReasonMessage: LONG } } },
    error: ['blocked', 'PROHIBITED_CONTENT'],
  },
  refused: { row: { status: refusal(400, 'INVALID_ARGUMENT'), response: {} }, error: ['failed', 'INVALID_ARGUMENT'] },
  exhausted: {
    row: { status: 'RESOURCE_EXHAUSTED error occurred: {"error":{"code":429}}' },
    error: ['failed', 'RESOURCE_EXHAUSTED'],
  },
  'refused in words': { row: { status: 'The 503 of a tired server' }, error: ['failed', 'UNAVAILABLE'] },
};
const KINDS = Object.keys(ODD_ROWS);

interface Written {
  readonly number: number;
  readonly kind: string;
}

const keyOf = (number: number) => `k${number}`;
const inputRow = (number: number): InputRow => ({
  id: keyOf(number),
  request: request(`prompt ${number} ${LONG}`),
  note: number % 2 === 0 ? LONG : number,
});

function lineOf({ number, kind }: Written): string {
  const { row } = ODD_ROWS[kind]!;
  const echoed = { request: echo(`prompt ${number} ${LONG}`), id: keyOf(number), note: LONG };
  return JSON.stringify({ status: '', processed_time: '2024-11-01T18:13:16.826+00:00', ...echoed, ...row });
}

/** What an obviously correct program makes of one line for each row. */
function naively(rows: number, written: readonly Written[]) {
  const results = new Map<string, unknown>();
  const errors = new Map<string, unknown>();
  for (let number = 0; number < rows; number += 1) errors.set(keyOf(number), ['missing', 'MISSING']);
  for (const { number, kind } of written) {
    const { result, error } = ODD_ROWS[kind]!;
    if (result !== undefined) {
      errors.delete(keyOf(number));
      results.set(keyOf(number), result);
    } else errors.set(keyOf(number), error);
  }
  return { results, errors };
}

async function collected(rows: number, content: string, minimumBytes?: number) {
  const store = new MemoryObjectStore();
  const planUri = await planPart(
    store,
    Array.from({ length: rows }, (_, number) => inputRow(number)),
  );
  const rounds = [{ files: { 'predictions.jsonl': content }, job: { state: 'JOB_STATE_FAILED' as const } }];
  const settled = await settle(store, planUri, { rounds, ...(minimumBytes !== undefined && { minimumBytes }) });
  return { settled, results: await readResults(store), errors: await readLasting(store, settled.errorsUri) };
}

type Collected = Awaited<ReturnType<typeof collected>>;

const byKey = (rows: readonly Record<string, unknown>[]) => new Map(rows.map((row) => [row['key'] as string, row]));

/** Without names that differ from one collecting to the next. */
function told({ settled, results, errors }: Collected) {
  const { books, usage, duplicates, strangers, reasons, finishReasons, retryable } = settled;
  return {
    sums: { books, usage, duplicates, strangers, reasons, finishReasons, retryable },
    results: byKey(results),
    errors: byKey(errors),
  };
}

function expectTruth(rows: number, written: readonly Written[], { settled, results, errors }: Collected): void {
  const expected = naively(rows, written);
  expect(results).toHaveLength(expected.results.size);
  expect(new Set(results.map(({ key }) => key))).toEqual(new Set(expected.results.keys()));
  for (const result of results) {
    const number = Number(String(result['key']).slice(1));
    expect(result).toMatchObject(expected.results.get(keyOf(number)) as object);
    expect(result).toMatchObject({ metadata: { note: inputRow(number)['note'] }, source: { line: number + 1 } });
    expect(result['usage']).toMatchObject({ totalTokenCount: 5 });
  }
  const found = errors.map(
    ({ key, outcome, error }) => [key, [outcome, (error as { status: string }).status]] as const,
  );
  expect(new Map(found)).toEqual(expected.errors);
  expect(settled.books.answered).toBe(expected.results.size);
}

describe('collecting', () => {
  it('says of every class of row what a person would', async () => {
    const written = KINDS.map((kind, number) => ({ number, kind }));
    const content = written.map((row) => `${lineOf(row)}\n`).join('');
    const found = await collected(KINDS.length + 2, content);
    expectTruth(KINDS.length + 2, written, found);
    expect(found.settled.books.missing).toBe(2);
  });

  it('gives the same rows and sums of any output, cut into any ranges', { timeout: 60_000 }, async () => {
    const rows = 12;
    const numbers = fc.uniqueArray(fc.nat(rows - 1), { maxLength: rows });
    const outputs = numbers.chain((chosen) =>
      fc.tuple(...chosen.map((number) => fc.record({ number: fc.constant(number), kind: fc.constantFrom(...KINDS) }))),
    );
    const noise = fc.array(fc.constantFrom('', '  ', answered({ id: 'nobody' }, LONG), '{"half": '), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        outputs,
        noise,
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 200, max: 20_000 }),
        async (written, extra, isTorn, isDoubled, minimumBytes) => {
          const lines = [...written.map(lineOf), ...extra, ...(isDoubled ? written.map(lineOf) : [])];
          const torn = isTorn ? lineOf({ number: 0, kind: 'long' }).slice(0, -40) : '';
          // an output without a single row is refused, which has its own test
          const content = `${[lineOf({ number: rows, kind: 'short' }), ...lines].join('\n')}\n${torn}`;
          const whole = await collected(rows + 1, content);
          expectTruth(rows + 1, [...written, { number: rows, kind: 'short' }], whole);
          expect(told(await collected(rows + 1, content, minimumBytes))).toEqual(told(whole));
        },
      ),
      { numRuns: 25 },
    );
  });

  it(
    'finds each of 40,000 rows by the request that its answer echoes in another spelling',
    { timeout: 120_000 },
    async () => {
      const rows = 40_000;
      const store = new MemoryObjectStore();
      const input = Array.from({ length: rows }, (_, number) => ({
        request: request(`Größe ${number}, ${number % 7}?`),
      }));
      const planUri = await planPart(store, input, { keyField: null });
      const lines = input.map((_, number) => {
        const row = { request: echo(`Größe ${number}, ${number % 7}?`), status: '' };
        const line = JSON.stringify({ ...row, response: candidate([{ text: `answer ${number}` }]) });
        return number % 3 === 0 ? line.replaceAll('ö', '\\u00f6') : line;
      });
      const content = `${lines.toReversed().join('\n')}\n`;
      const settled = await settle(store, planUri, { rounds: [{ files: { 'predictions.jsonl': content } }] });
      expect(settled).toMatchObject({ books: { answered: rows, missing: 0 }, duplicates: 0, strangers: 0 });
      const results = await readResults(store);
      expect(results.every(({ text, source }) => text === `answer ${(source as { line: number }).line - 1}`)).toBe(
        true,
      );
    },
  );
});
