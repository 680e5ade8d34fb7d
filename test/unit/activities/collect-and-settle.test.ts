import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineHandler } from '../../../src/define-handler';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import { readRowList } from '../../../src/rows/row-list';
import { answered, blocked, refused } from '../../support/job-output';
import { linesOf, once, readLasting, readResults, settle, twice } from '../../support/output-side';
import { type InputRow, type PlannedPartOptions, planPart, RUN } from '../../support/planned-part';

function inputRows(count: number): InputRow[] {
  return Array.from({ length: count }, (_, row) => ({
    id: `k${row}`,
    request: { contents: [{ role: 'user', parts: [{ text: `prompt ${row}` }] }] },
    note: row,
  }));
}

async function planned(rows: readonly InputRow[], options?: PlannedPartOptions) {
  const store = new MemoryObjectStore();
  return { store, planUri: await planPart(store, rows, options) };
}

describe('settling', () => {
  it('accounts for every row: answered, blocked, failed and missing', async () => {
    const { store, planUri } = await planned(inputRows(5));
    const output = linesOf(
      refused({ id: 'k3' }, 429),
      answered({ id: 'k1' }, 'one'),
      blocked({ id: 'k0' }),
      refused({ id: 'k2' }, 400),
    );
    const settled = await settle(store, planUri, { rounds: [{ files: { 'predictions.jsonl': output } }] });

    expect(settled).toMatchObject({
      books: { answered: 1, blocked: 1, failed: 2, missing: 1 },
      retryable: 2,
      duplicates: 0,
      strangers: 0,
      reasons: [
        '1 × INVALID_ARGUMENT',
        '1 × MISSING (retryable)',
        '1 × RESOURCE_EXHAUSTED (retryable)',
        '1 × SAFETY (blocked)',
      ],
      imbalances: [],
      results: { files: 1, rows: 1 },
      processRanges: 1,
    });
    expect(settled.usage).toMatchObject({ promptTokenCount: 3, totalTokenCount: 5 });
    expect([...(await readRowList(store, settled.retryRowsUri!))]).toEqual([3, 4]);
    expect(await readResults(store)).toEqual([
      {
        key: 'k1',
        outcome: 'answered',
        source: { uri: 'gs://bucket/in.jsonl', line: 2 },
        metadata: { note: 1 },
        text: 'one',
        finishReason: 'STOP',
        modelVersion: 'm@1',
        usage: expect.objectContaining({ totalTokenCount: 5 }),
      },
    ]);
    expect(await readLasting(store, `${RUN.directory}errors.jsonl`)).toMatchObject([
      { key: 'k0', outcome: 'blocked', error: { status: 'SAFETY', retryable: false }, round: 1 },
      { key: 'k2', outcome: 'failed', error: { code: 400, status: 'INVALID_ARGUMENT' } },
      { key: 'k3', outcome: 'failed', error: { code: 429, status: 'RESOURCE_EXHAUSTED', retryable: true } },
      { key: 'k4', outcome: 'missing', error: { code: null, status: 'MISSING', retryable: true } },
    ]);
    expect(await readLasting(store, settled.deadLettersUri)).toEqual(inputRows(5).slice(2));
  });

  it('writes nothing that lasts before the last round', async () => {
    const { store, planUri } = await planned(inputRows(2));
    const settled = await settle(store, planUri, {
      rounds: [{ files: { 'predictions.jsonl': linesOf(answered({ id: 'k0' }, 'a')) } }],
      final: false,
    });
    expect(settled).toMatchObject({
      books: { answered: 1, missing: 1 },
      settledUri: null,
      errorsUri: null,
      retryable: 1,
    });
    expect(await readResults(store)).toEqual([]);
  });

  it('lets a later round answer what an earlier one did not, and counts the tokens of both', async () => {
    const { store, planUri } = await planned(inputRows(3));
    const settled = await settle(store, planUri, {
      rounds: [
        {
          files: {
            'predictions.jsonl': linesOf(
              answered({ id: 'k0' }, 'first'),
              refused({ id: 'k1' }, 429),
              refused({ id: 'k2' }, 429),
            ),
          },
        },
        { files: { 'predictions.jsonl': linesOf(refused({ id: 'k2' }, 400), answered({ id: 'k1' }, 'second')) } },
      ],
    });
    expect(settled).toMatchObject({
      books: { answered: 2, blocked: 0, failed: 1, missing: 0 },
      retryable: 0,
      duplicates: 0,
      usage: { totalTokenCount: 10 },
      results: { files: 2, rows: 2 },
    });
    expect(await readLasting(store, settled.errorsUri)).toMatchObject([{ key: 'k2', error: { code: 400 }, round: 2 }]);
  });

  it('drops strangers and all but one of a double, and says how many', async () => {
    const { store, planUri } = await planned(inputRows(2));
    const output = linesOf(
      refused({ id: 'k0' }, 429),
      answered({ id: 'k0' }, 'kept'),
      answered({ id: 'k0' }, 'dropped'),
      answered({ id: 'nobody' }, 'lost'),
      answered({ id: 'k1' }, 'b'),
    );
    const settled = await settle(store, planUri, { rounds: [{ files: { 'predictions.jsonl': output } }] });
    expect(settled).toMatchObject({
      books: { answered: 2 },
      duplicates: 2,
      strangers: 1,
      usage: { totalTokenCount: 10 },
    });
    expect((await readResults(store)).map(({ key, text }) => [key, text])).toEqual([
      ['k0', 'kept'],
      ['k1', 'b'],
    ]);
    expect(settled.errorsUri).toBeNull();
  });

  it('says when the service counts other rows than its output has', async () => {
    const { store, planUri } = await planned(inputRows(2));
    const files = { 'predictions.jsonl': linesOf(answered({ id: 'k0' }, 'a')) };
    const counts = { succeeded: 2, failed: 0, incomplete: null };
    const settled = await settle(store, planUri, { rounds: [{ files, job: { counts } }] });
    expect(settled.imbalances).toEqual(['round 1: the service counts 2 rows, its output has 1']);
  });

  it('takes incremental files and a torn last line of a job that died', async () => {
    const { store, planUri } = await planned(inputRows(3));
    const files = {
      'predictions.jsonl': linesOf(answered({ id: 'k0' }, 'a')),
      'incremental_predictions.jsonl': `${linesOf(answered({ id: 'k0' }, 'a'), answered({ id: 'k1' }, 'b'))}{"id":"k2","resp`,
    };
    const died = await settle(store, planUri, { rounds: [{ files, job: { state: 'JOB_STATE_CANCELLED' } }] });
    expect(died).toMatchObject({
      books: { answered: 2, missing: 1 },
      duplicates: 1,
      imbalances: [],
      usage: { totalTokenCount: 10 },
    });
  });

  it('refuses an output of which nothing can be read', async () => {
    const { store, planUri } = await planned(inputRows(1));
    const rounds = [{ files: { 'predictions.jsonl': '<html>\n</html>\n' } }];
    await expect(settle(store, planUri, { rounds })).rejects.toMatchObject({
      type: 'BooksUnbalanced',
      message: expect.stringContaining('None of the 2 lines'),
    });
  });

  it('reports lines that are no rows beside others that are', async () => {
    const { store, planUri } = await planned(inputRows(1));
    const rounds = [{ files: { 'predictions.jsonl': linesOf(answered({ id: 'k0' }, 'a'), 'oops', '', '[]') } }];
    expect(await settle(store, planUri, { rounds })).toMatchObject({
      books: { answered: 1 },
      imbalances: ['round 1: 2 lines of the output are no rows'],
    });
  });

  it('takes a job without any output', async () => {
    const { store, planUri } = await planned(inputRows(2));
    const job = {
      state: 'JOB_STATE_FAILED',
      error: { code: 3, message: 'Failed to import data.' },
      outputDirectory: null,
    };
    const settled = await settle(store, planUri, { rounds: [{ files: {}, job }] });
    expect(settled).toMatchObject({ books: { answered: 0, missing: 2 }, results: { files: 0 }, processRanges: 0 });
    expect(await readLasting(store, settled.errorsUri)).toMatchObject([
      { error: { message: expect.stringContaining('Failed to import data.') } },
      { outcome: 'missing' },
    ]);
  });

  it('finds rows by their request where the output echoes no keys, the n-th answer for the n-th of equal requests', async () => {
    const same = { contents: [{ role: 'user', parts: [{ text: 'same' }] }] };
    const rows = [{ id: 'a', request: same, note: 'A' }, ...inputRows(1), { id: 'b', request: same, note: 'B' }];
    const { store, planUri } = await planned(rows);
    const echo = { request: { contents: [{ parts: [{ fileData: null, text: 'same' }], role: 'user' }] } };
    const output = linesOf(
      answered(echo, 'first'),
      answered({ request: rows[1]!.request }, 'other'),
      answered(echo, 'second'),
    );
    const settled = await settle(store, planUri, { rounds: [{ files: { 'predictions.jsonl': output } }] });
    expect(settled).toMatchObject({ books: { answered: 3 }, duplicates: 0 });
    expect((await readResults(store)).map(({ key, text, metadata }) => [key, text, metadata])).toEqual([
      ['a', 'first', { note: 'A' }],
      ['k0', 'other', { note: 0 }],
      ['b', 'second', { note: 'B' }],
    ]);
  });

  it('gives dead letters of rows without keys the key that results name', async () => {
    const request = { contents: [] };
    const { store, planUri } = await planned([{ request }, { request: {}, note: 1 }], { keyField: null });
    const settled = await settle(store, planUri, {
      rounds: [
        { files: { 'predictions.jsonl': linesOf(refused({ key: 'r0-1' }, 400), refused({ key: 'r0-2' }, 429)) } },
      ],
    });
    const dead = await readLasting(store, settled.deadLettersUri);
    expect(dead).toEqual([
      { key: '0:1', request },
      { key: '0:2', request: {}, note: 1 },
    ]);
  });

  it('takes dead letters from the echo when the input is not there any more as it was', async () => {
    const gone = new MemoryObjectStore();
    const rows = inputRows(3);
    const planUri = await planPart(gone, rows, { inputChanged: true });
    const echo = {
      id: 'k0',
      request: { contents: [{ parts: [{ fileData: null, text: 'prompt 0' }], role: 'user' }], tools: null },
    };
    const output = linesOf(refused(echo, 429), answered({ id: 'k1' }, 'a'));
    const settled = await settle(gone, planUri, { rounds: [{ files: { 'predictions.jsonl': output } }] });
    expect(await readLasting(gone, settled.deadLettersUri)).toEqual([rows[0]]);
    expect(settled.imbalances).toEqual([
      'dead letters that are lost, since the input is not there any more as it was: 1',
    ]);
  });

  it.each([
    [false, { note: 0 }],
    [true, {}],
  ])(
    'reads metadata that the index does not hold from the input; input changed: %s',
    async (inputChanged, metadata) => {
      const { store, planUri } = await planned(inputRows(2), { metadataInInput: () => true, inputChanged });
      const output = linesOf(answered({ id: 'k0' }, 'a'));
      await settle(store, planUri, { rounds: [{ files: { 'predictions.jsonl': output } }] });
      expect((await readResults(store)).map((row) => row['metadata'])).toEqual([metadata]);
    },
  );
});

describe('a handler with a schema', () => {
  const schema = z.object({ price: z.number() });
  const output = linesOf(
    answered({ id: 'k0' }, '{"price":3,"note":"x"}'),
    answered({ id: 'k1' }, '{"price":"dear"}'),
    answered({ id: 'k2' }, 'not even JSON'),
    refused({ id: 'k3' }, 400),
  );

  it.each([
    ['', schema],
    [' that is asynchronous', schema.refine(async () => true)],
  ])('%s makes failures of answers that do not fit, which may go into another round', async (_, its) => {
    const { store, planUri } = await planned(inputRows(4));
    const handlers = { save: defineHandler({ schema: its, handle: () => {} }) };
    const settled = await settle(store, planUri, { rounds: [{ files: { 'predictions.jsonl': output } }], handlers });
    expect(settled).toMatchObject({ books: { answered: 1, failed: 3 }, retryable: 2, usage: { totalTokenCount: 15 } });
    expect(await readResults(store)).toMatchObject([{ key: 'k0', output: { price: 3 } }]);
    expect(await readLasting(store, settled.errorsUri)).toMatchObject([
      {
        key: 'k1',
        error: { code: null, status: 'OUTPUT_MISMATCH', message: expect.stringContaining('price'), retryable: true },
      },
      { key: 'k2', error: { status: 'OUTPUT_MISMATCH', message: expect.stringContaining('not JSON') } },
      { key: 'k3', error: { code: 400 } },
    ]);
  });

  it('whose code throws fails the activity, not the row', async () => {
    const { store, planUri } = await planned(inputRows(4));
    const broken = schema.refine(() => {
      throw new Error('a bug');
    });
    const handlers = { save: defineHandler({ schema: broken, handle: () => {} }) };
    const settling = settle(store, planUri, { rounds: [{ files: { 'predictions.jsonl': output } }], handlers });
    await expect(settling).rejects.toMatchObject({ name: 'HandlerError', cause: new Error('a bug') });
  });
});

type Kind = 'answered' | 'blocked' | 'refused' | 'exhausted' | 'stranger' | 'blank';

/** What an obviously correct program makes of the same lines. */
function naively(
  rows: number,
  output: readonly { readonly row: number; readonly kind: Kind; readonly text: string }[],
) {
  const rank = { answered: 3, blocked: 2, refused: 1, exhausted: 1 };
  const winners = new Map<number, { kind: keyof typeof rank; text: string }>();
  let duplicates = 0;
  for (const { row, kind, text } of output) {
    if (kind === 'stranger' || kind === 'blank') continue;
    const standing = winners.get(row);
    if (standing) duplicates += 1;
    if (!standing || rank[kind] > rank[standing.kind]) winners.set(row, { kind, text });
  }
  const all = [...winners.values()];
  const count = (...kinds: string[]) => all.filter(({ kind }) => kinds.includes(kind)).length;
  return {
    texts: new Map(
      [...winners].filter(([, { kind }]) => kind === 'answered').map(([row, { text }]) => [`k${row}`, text]),
    ),
    books: {
      answered: count('answered'),
      blocked: count('blocked'),
      failed: count('refused', 'exhausted'),
      missing: rows - all.length,
    },
    duplicates,
    strangers: output.filter(({ kind }) => kind === 'stranger').length,
  };
}

const LINES: Readonly<Record<Kind, (row: number, text: string) => string>> = {
  answered: (row, text) => answered({ id: `k${row}` }, text),
  blocked: (row) => blocked({ id: `k${row}` }),
  refused: (row) => refused({ id: `k${row}` }, 400),
  exhausted: (row) => refused({ id: `k${row}` }, 429),
  stranger: (_, text) => answered({ id: `nobody ${text}` }, text),
  blank: () => '',
};

it('any output, cut into any ranges, with every activity run twice, gives what a naive program gives', async () => {
  const line = fc.record({
    row: fc.nat(7),
    kind: fc.constantFrom<Kind>('answered', 'answered', 'blocked', 'refused', 'exhausted', 'stranger', 'blank'),
    text: fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).map((text) => `x${text}`),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 25 }),
      fc.integer({ min: 150, max: 6_000 }),
      fc.integer({ min: 1, max: 3_000 }),
      fc.constantFrom(once, twice),
      async (output, minimumBytes, targetBytes, run) => {
        const { store, planUri } = await planned(inputRows(8));
        const content = linesOf(...output.map(({ row, kind, text }) => LINES[kind](row, text)));
        const rounds = [{ files: { 'predictions.jsonl': content } }];
        const settled = await settle(store, planUri, { rounds, minimumBytes, targetBytes, run });
        const expected = naively(8, output);
        expect(settled).toMatchObject({
          books: expected.books,
          duplicates: expected.duplicates,
          strangers: expected.strangers,
          results: { rows: expected.texts.size },
        });
        const written = await readResults(store);
        expect(new Map(written.map(({ key, text }) => [key, text]))).toEqual(expected.texts);
        expect(written).toHaveLength(expected.texts.size);
        expect(await readLasting(store, settled.errorsUri)).toHaveLength(8 - expected.texts.size);
        expect(await readLasting(store, settled.deadLettersUri)).toHaveLength(
          expected.books.failed + expected.books.missing,
        );
      },
    ),
    { numRuns: 15 },
  );
}, 30_000);
