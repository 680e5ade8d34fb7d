import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectRange } from '../../../src/activities/collect-range';
import type { SettledPart } from '../../../src/activities/contract';
import { findOutputs } from '../../../src/activities/find-outputs';
import { settlePart } from '../../../src/activities/settle-part';
import type { Handlers } from '../../../src/define-handler';
import type { ObjectStore } from '../../../src/gateways/object-store';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import type { VertexJob } from '../../../src/gateways/vertex-jobs';
import { readRowList } from '../../../src/rows/row-list';
import { testAttempt } from '../../support/attempt';
import { anEndedJob, answered, blocked, refused } from '../../support/job-output';
import { type InputRow, type PlannedPartOptions, planPart, RUN } from '../../support/planned-part';

interface Round {
  readonly files: Readonly<Record<string, string>>;
  readonly job?: Partial<VertexJob>;
}

interface Settling {
  readonly rounds: readonly Round[];
  readonly minimumBytes?: number;
  readonly targetBytes?: number;
  readonly final?: boolean;
  readonly handlers?: Handlers;
  /** How often each activity is run. */
  readonly times?: number;
}

/** Runs the output side as the workflow does, every activity as often as asked. */
async function settle(store: ObjectStore, planUri: string, settling: Settling): Promise<SettledPart> {
  const {
    rounds,
    minimumBytes = 64_000_000,
    targetBytes = 256_000_000,
    final = true,
    handlers = {},
    times = 1,
  } = settling;
  const handler = Object.keys(handlers).map((name) => ({ name, version: '1' }))[0] ?? null;
  const settled: { round: number; outputsUri: string; job: VertexJob }[] = [];
  for (const [position, { files, job: more = {} }] of rounds.entries()) {
    const round = position + 1;
    const directory = `${RUN.directory}jobs/${RUN.key}-p1-r${round}-a1/prediction-model-2026`;
    const job = anEndedJob({
      name: `projects/1/locations/l/batchPredictionJobs/${round}`,
      outputDirectory: directory,
      ...more,
    });
    for (const [name, content] of Object.entries(files)) await store.write(`${directory}/${name}`, content);
    const claim = { part: 1, round, attempt: 1 };
    const outputs = await repeated(times, () =>
      findOutputs({ store }, { run: RUN, planUri, claim, job, handler }, testAttempt(), {
        minimumBytes,
        maximumRanges: 10_000,
      }),
    );
    for (let range = 0; range < outputs.ranges; range += 1) {
      const input = { run: RUN, planUri, outputsUri: outputs.outputsUri, part: 1, round, range, handler };
      await repeated(times, () => collectRange({ store, handlers }, input, testAttempt()));
    }
    settled.push({ round, outputsUri: outputs.outputsUri, job });
  }
  return repeated(times, () =>
    settlePart({ store }, { run: RUN, planUri, part: 1, rounds: settled, handler, final }, testAttempt(), {
      targetBytes,
    }),
  );
}

async function repeated<Value>(times: number, call: () => Promise<Value>): Promise<Value> {
  const first = await call();
  for (let time = 1; time < times; time += 1) expect(await call()).toEqual(first);
  return first;
}

async function read(store: ObjectStore, uri: string | null): Promise<Record<string, unknown>[]> {
  if (uri === null) return [];
  const chunks: Buffer[] = [];
  for await (const chunk of store.read(uri)) chunks.push(chunk);
  const lines = Buffer.concat(chunks).toString().split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function results(store: ObjectStore): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const { uri } of store.list(`${RUN.directory}results/`)) rows.push(...(await read(store, uri)));
  return rows;
}

function lines(...rows: readonly string[]): string {
  return rows.map((row) => `${row}\n`).join('');
}

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
    const output = lines(
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
    expect(await results(store)).toEqual([
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
    expect(await read(store, `${RUN.directory}errors.jsonl`)).toMatchObject([
      { key: 'k0', outcome: 'blocked', error: { status: 'SAFETY', retryable: false }, round: 1 },
      { key: 'k2', outcome: 'failed', error: { code: 400, status: 'INVALID_ARGUMENT' } },
      { key: 'k3', outcome: 'failed', error: { code: 429, status: 'RESOURCE_EXHAUSTED', retryable: true } },
      { key: 'k4', outcome: 'missing', error: { code: null, status: 'MISSING', retryable: true } },
    ]);
    expect(await read(store, settled.deadLettersUri)).toEqual(inputRows(5).slice(2));
  });

  it('writes nothing that lasts before the last round', async () => {
    const { store, planUri } = await planned(inputRows(2));
    const settled = await settle(store, planUri, {
      rounds: [{ files: { 'predictions.jsonl': lines(answered({ id: 'k0' }, 'a')) } }],
      final: false,
    });
    expect(settled).toMatchObject({
      books: { answered: 1, missing: 1 },
      settledUri: null,
      errorsUri: null,
      retryable: 1,
    });
    expect(await results(store)).toEqual([]);
  });

  it('lets a later round answer what an earlier one did not, and counts the tokens of both', async () => {
    const { store, planUri } = await planned(inputRows(3));
    const settled = await settle(store, planUri, {
      rounds: [
        {
          files: {
            'predictions.jsonl': lines(
              answered({ id: 'k0' }, 'first'),
              refused({ id: 'k1' }, 429),
              refused({ id: 'k2' }, 429),
            ),
          },
        },
        { files: { 'predictions.jsonl': lines(refused({ id: 'k2' }, 400), answered({ id: 'k1' }, 'second')) } },
      ],
    });
    expect(settled).toMatchObject({
      books: { answered: 2, blocked: 0, failed: 1, missing: 0 },
      retryable: 0,
      duplicates: 0,
      usage: { totalTokenCount: 10 },
      results: { files: 2, rows: 2 },
    });
    expect(await read(store, settled.errorsUri)).toMatchObject([{ key: 'k2', error: { code: 400 }, round: 2 }]);
  });

  it('drops strangers and all but one of a double, and says how many', async () => {
    const { store, planUri } = await planned(inputRows(2));
    const output = lines(
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
    expect((await results(store)).map(({ key, text }) => [key, text])).toEqual([
      ['k0', 'kept'],
      ['k1', 'b'],
    ]);
    expect(settled.errorsUri).toBeNull();
  });

  it('says when the service counts other rows than its output has', async () => {
    const { store, planUri } = await planned(inputRows(2));
    const files = { 'predictions.jsonl': lines(answered({ id: 'k0' }, 'a')) };
    const counts = { succeeded: 2, failed: 0, incomplete: null };
    const settled = await settle(store, planUri, { rounds: [{ files, job: { counts } }] });
    expect(settled.imbalances).toEqual(['round 1: the service counts 2 rows, its output has 1']);
  });

  it('takes incremental files and a torn last line of a job that died', async () => {
    const { store, planUri } = await planned(inputRows(3));
    const files = {
      'predictions.jsonl': lines(answered({ id: 'k0' }, 'a')),
      'incremental_predictions.jsonl': `${lines(answered({ id: 'k0' }, 'a'), answered({ id: 'k1' }, 'b'))}{"id":"k2","resp`,
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
    const rounds = [{ files: { 'predictions.jsonl': lines(answered({ id: 'k0' }, 'a'), 'oops', '', '[]') } }];
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
    expect(await read(store, settled.errorsUri)).toMatchObject([
      { error: { message: expect.stringContaining('Failed to import data.') } },
      { outcome: 'missing' },
    ]);
  });

  it('finds rows by their request where the output echoes no keys, the n-th answer for the n-th of equal requests', async () => {
    const same = { contents: [{ role: 'user', parts: [{ text: 'same' }] }] };
    const rows = [{ id: 'a', request: same, note: 'A' }, ...inputRows(1), { id: 'b', request: same, note: 'B' }];
    const { store, planUri } = await planned(rows);
    const echo = { request: { contents: [{ parts: [{ fileData: null, text: 'same' }], role: 'user' }] } };
    const output = lines(
      answered(echo, 'first'),
      answered({ request: rows[1]!.request }, 'other'),
      answered(echo, 'second'),
    );
    const settled = await settle(store, planUri, { rounds: [{ files: { 'predictions.jsonl': output } }] });
    expect(settled).toMatchObject({ books: { answered: 3 }, duplicates: 0 });
    expect((await results(store)).map(({ key, text, metadata }) => [key, text, metadata])).toEqual([
      ['a', 'first', { note: 'A' }],
      ['k0', 'other', { note: 0 }],
      ['b', 'second', { note: 'B' }],
    ]);
  });

  it('gives dead letters of rows without keys the key that results name', async () => {
    const request = { contents: [] };
    const { store, planUri } = await planned([{ request }, { request: {}, note: 1 }], { keyField: null });
    const settled = await settle(store, planUri, {
      rounds: [{ files: { 'predictions.jsonl': lines(refused({ key: 'r0-1' }, 400), refused({ key: 'r0-2' }, 429)) } }],
    });
    const dead = await read(store, settled.deadLettersUri);
    expect(dead).toEqual([
      { key: '0:1', request },
      { key: '0:2', request: {}, note: 1 },
    ]);
  });

  it('reads metadata that the index does not hold from the input, and lives without them when it changed', async () => {
    const { store, planUri } = await planned(inputRows(2), { metadataInInput: () => true });
    const output = lines(answered({ id: 'k0' }, 'a'));
    await settle(store, planUri, { rounds: [{ files: { 'predictions.jsonl': output } }] });
    expect(await results(store)).toMatchObject([{ metadata: { note: 0 } }]);
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
      fc.integer({ min: 1, max: 2 }),
      async (output, minimumBytes, targetBytes, times) => {
        const { store, planUri } = await planned(inputRows(8));
        const content = lines(...output.map(({ row, kind, text }) => LINES[kind](row, text)));
        const rounds = [{ files: { 'predictions.jsonl': content } }];
        const settled = await settle(store, planUri, { rounds, minimumBytes, targetBytes, times });
        const expected = naively(8, output);
        expect(settled).toMatchObject({
          books: expected.books,
          duplicates: expected.duplicates,
          strangers: expected.strangers,
          results: { rows: expected.texts.size },
        });
        const written = await results(store);
        expect(new Map(written.map(({ key, text }) => [key, text]))).toEqual(expected.texts);
        expect(written).toHaveLength(expected.texts.size);
        expect(await read(store, settled.errorsUri)).toHaveLength(8 - expected.texts.size);
        expect(await read(store, settled.deadLettersUri)).toHaveLength(expected.books.failed + expected.books.missing);
      },
    ),
    { numRuns: 25 },
  );
});
