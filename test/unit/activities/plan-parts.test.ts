import { describe, expect, test } from 'vitest';
import { planParts } from '../../../src/activities/plan-parts';
import type { ObjectStore } from '../../../src/gateways/object-store';
import { commitOnce, readJson } from '../../../src/rows/commits';
import { loadPartIndex } from '../../../src/rows/part-index-stored';
import { type Plan, planUri, readPlan } from '../../../src/rows/plan';
import { type ValidatedRange, validatedRangeUri, validationDirectory } from '../../../src/rows/validated-range';
import { LIST_PRICES } from '../../../src/schemas/price-table';
import {
  anAttempt,
  aRequest,
  aRun,
  aStore,
  planInput,
  type PlanInput,
  rowsOf,
  storeWith,
} from '../../support/input-side';

const A = 'gs://acme/in/a.jsonl';
const B = 'gs://acme/in/b.jsonl';
const keyed = (...keys: unknown[]) => keys.map((key) => ({ custom_id: key, request: aRequest(`Hi ${String(key)}`) }));

async function planOf(store: ObjectStore): Promise<Plan> {
  return readPlan(store, planUri(aRun()));
}

describe('rows that a job of somebody else’s was sent', () => {
  const readAt = '2026-11-22T10:00:00Z';
  const updatedAt = (store: ObjectStore, updated: string) =>
    storeWith(store, {
      find: async (uri, options) => {
        const found = await store.find(uri, options);
        return found && { ...found, updated };
      },
    });

  test('are one part whatever they are, and what is no row is taken out', async () => {
    const store = await aStore({ [A]: [...keyed('a', 'a'), { custom_id: 'c', request: { unheard: 'of' } }, 'no row'] });
    const { planned } = await planInput(store, { input: [A], foreign: { readAt: null } });
    expect(planned).toMatchObject({ rows: 4, errors: 1, refusal: null, plan: { changed: [], parts: [{ rows: 3 }] } });
    expect((await planOf(store)).keys).toMatchObject({ mode: 'foreign', field: 'custom_id', outputKeyField: '' });
  });

  test('are planned once', async () => {
    const store = await aStore({ [A]: keyed('a', 'b') });
    const first = await planInput(store, { input: [A], foreign: { readAt: null } });
    const run = aRun({ execution: 'execution-2' });
    const again = await planInput(store, { input: [A], run, foreign: { readAt: null } });
    expect(again.planned.plan).toEqual({ ...first.planned.plan, adopted: true });
  });

  test.each([
    ['2026-11-22T09:59:59.999Z', []],
    ['2026-11-22T10:00:00.001Z', [A]],
  ])('count as changed when they were written after the job began to read: %s', async (updated, changed) => {
    const store = updatedAt(await aStore({ [A]: keyed('a') }), updated);
    const { planned } = await planInput(store, { input: [A], foreign: { readAt } });
    expect(planned.plan?.changed).toEqual(changed);
  });

  test('are refused where there are none', async () => {
    const store = await aStore({ [A]: '\n\n' });
    await expect(planInput(store, { input: [A], foreign: { readAt: null } })).rejects.toMatchObject({
      type: 'InvalidInput',
    });
  });
});

describe('a canary', () => {
  test.each([
    [1, [1, 2]],
    [2, [2, 1]],
    [3, [3]],
    [100, [3]],
  ])('of %i rows makes parts of %j', async (canary, rows) => {
    const store = await aStore({ [A]: keyed('a', 'b', 'c') });
    const { planned } = await planInput(store, { input: [A], canary });
    expect(planned.plan?.parts.map((part) => part.rows)).toEqual(rows);
    expect(planned.plan?.parts.map((part) => part.asItLies)).toEqual(rows.map(() => rows.length === 1));
  });

  test('counts the rows that are sent', async () => {
    const store = await aStore({ [A]: ['no row', ...keyed('a', 'b', 'c')] });
    const { planned } = await planInput(store, { input: [A], canary: 2, validation: { onError: 'quarantine' } });
    expect(planned.plan?.parts.map((part) => part.rows)).toEqual([2, 1]);
  });
});

describe('an input that a job can take', () => {
  test('is used as it lies when every row has a unique key that the import leaves alone', async () => {
    const store = await aStore({ [A]: keyed('a', 'b'), [B]: keyed('c') });
    const { planned } = await planInput(store);
    expect(planned).toMatchObject({
      rows: 3,
      errors: 0,
      warnings: 0,
      validationUri: null,
      firstProblems: [],
      refusal: null,
      plan: { uri: planUri(aRun()), adopted: false, changed: [], claimed: [] },
    });
    expect(planned.plan!.parts).toEqual([{ part: 1, rows: 3, bytes: planned.bytes, asItLies: true, uris: [A, B] }]);
    expect((await planOf(store)).keys).toEqual({
      field: 'custom_id',
      mode: 'brought',
      outputKeyField: 'custom_id',
      stagedBecause: null,
    });
  });

  test.each<[string, Record<string, unknown[]>, string | null, string]>([
    ['not every row has a key', { [A]: [...keyed('a'), { request: aRequest() }] }, null, 'not every row has a key'],
    ['a key is a number', { [A]: keyed(1, 'b') }, null, "the service's import may change custom_id"],
    [
      'a key looks like a number',
      { [A]: keyed('000000', 'b') },
      'custom_id',
      "the service's import may change custom_id",
    ],
    ['a key of the default field repeats', { [A]: keyed('a', 'a') }, null, "custom_id isn't unique"],
    [
      'there are too many files to name',
      Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`gs://acme/in/${n}.jsonl`, keyed(`k${n}`)])),
      null,
      'there are 101 files',
    ],
  ])('is staged when %s', async (_, objects, keyField, stagedBecause) => {
    const store = await aStore(objects);
    const { planned } = await planInput(store, { keyField });
    expect(planned.plan!.parts[0]).toMatchObject({ asItLies: false, uris: [] });
    expect((await planOf(store)).keys).toMatchObject({ mode: 'staged', outputKeyField: 'key', stagedBecause });
  });

  test('takes the first default field that every row has', async () => {
    const store = await aStore({
      [A]: [
        { key: 'k', id: 'x', request: aRequest() },
        { id: 'y', custom_id: 'z', request: aRequest() },
      ],
    });
    await planInput(store);
    expect((await planOf(store)).keys).toMatchObject({ field: 'id', mode: 'brought' });
  });
});

describe('the index of a part', () => {
  test('knows key, source, metadata and place of each row', async () => {
    const rows = [
      { custom_id: 'ä', request: aRequest('1'), tenant: 7, tags: ['x'] },
      { custom_id: 'b', request: aRequest('2') },
      { custom_id: 'c', request: aRequest('2'), note: 'x'.repeat(2000) },
    ];
    const store = await aStore({ [A]: rows.slice(0, 2), [B]: rows.slice(2) });
    await planInput(store);
    const index = await loadPartIndex(store, await planOf(store), 1);
    expect(index.rows).toBe(3);
    expect(index.outputKeyField).toBe('custom_id');
    expect([0, 1, 2].map((row) => index.keyOf(row))).toEqual(['ä', 'b', 'c']);
    expect(['ä', 'b', 'c', 'd'].map((key) => index.rowOfOutputKey(key))).toEqual([0, 1, 2, undefined]);
    expect([0, 1, 2].map((row) => index.metadataOf(row))).toEqual([{ tenant: 7, tags: ['x'] }, {}, undefined]);
    expect([0, 1, 2].map((row) => index.sourceOf(row))).toEqual([
      { uri: A, line: 1 },
      { uri: A, line: 2 },
      { uri: B, line: 1 },
    ]);
    const { uri, generation, from, to } = index.locationOf(1);
    expect({ uri, from, to }).toEqual({
      uri: A,
      from: Buffer.byteLength(JSON.stringify(rows[0])) + 1,
      to: Buffer.byteLength(JSON.stringify(rows[0])) + 1 + JSON.stringify(rows[1]).length,
    });
    expect(generation).toBe((await store.find(A))!.generation);
    expect(() => index.keyOf(3)).toThrow('Row 3 is outside of the part');
  });

  test('of staged rows finds them by the internal key, and still knows the caller’s', async () => {
    const store = await aStore({ [A]: keyed(7), [B]: keyed(8, 8) });
    await planInput(store);
    const index = await loadPartIndex(store, await planOf(store), 1);
    expect(index.outputKeyField).toBe('key');
    expect(['r0-1', 'r1-1', 'r1-2', 'r1-3', 'r2-1', 'x'].map((key) => index.rowOfOutputKey(key))).toEqual([
      0,
      1,
      2,
      undefined,
      undefined,
      undefined,
    ]);
    expect([0, 1, 2].map((row) => index.keyOf(row))).toEqual(['7', '8', '8']);
  });

  test('of rows without keys names them by file and line', async () => {
    const store = await aStore({ [A]: [{ request: aRequest() }], [B]: [{ id: 'x', request: aRequest() }] });
    await planInput(store);
    const index = await loadPartIndex(store, await planOf(store), 1);
    expect([0, 1].map((row) => index.keyOf(row))).toEqual(['0:1', '1:1']);
    expect(index.metadataOf(1)).toEqual({ id: 'x' });
  });

  test('is read once for many who ask', async () => {
    const store = await aStore({ [A]: keyed('a') });
    await planInput(store);
    const plan = await planOf(store);
    expect(await loadPartIndex(store, plan, 1)).toBe(await loadPartIndex(store, plan, 1));
  });
});

describe('problems of the whole input', () => {
  test('a repeat of a key that the caller named is an error that names both places', async () => {
    const store = await aStore({ [A]: keyed('a', 'b'), [B]: keyed('b') });
    const { planned } = await planInput(store, { keyField: 'custom_id' });
    const other = { uri: A, line: 2, byte: 85, path: 'custom_id' };
    const message = `custom_id "b" stands at ${A}:2 already; the keyField of a request must be unique`;
    expect(planned).toMatchObject({
      errors: 1,
      plan: null,
      refusal: null,
      firstProblems: [`${B}:1 custom_id: ${message}`],
    });
    expect(await store.find(planUri(aRun()))).toBeUndefined();
    expect(await rowsOf(store, planned.validationUri!)).toEqual([
      { severity: 'error', rule: 'key-repeated', uri: B, line: 1, byte: 0, path: 'custom_id', message, other },
      { summary: { valid: false, rows: 3, bytes: planned.bytes, errors: 1, warnings: 0, listed: 1 } },
    ]);
  });

  test('a repeat in a default field is a warning, and the first place is named for each', async () => {
    const store = await aStore({ [A]: keyed('a', 'a', 'a') });
    const { planned } = await planInput(store);
    expect(planned).toMatchObject({ errors: 0, warnings: 2, refusal: null });
    const remedy = 'answers are joined by line instead; name a keyField that is unique to be rid of this warning';
    expect(planned.firstProblems).toEqual([
      `${A}:2 custom_id: custom_id "a" stands at ${A}:1 already; ${remedy}`,
      `${A}:3 custom_id: custom_id "a" stands at ${A}:1 already; ${remedy}`,
    ]);
    expect((await planOf(store)).warnings).toBe(2);
  });

  test('keys that look like numbers are told of once, at the first, and a copy with keys of its own is sent', async () => {
    const store = await aStore({ [A]: keyed('p-1', '000123'), [B]: keyed('0x1F', 7) });
    const { planned } = await planInput(store);
    expect(planned).toMatchObject({ errors: 0, warnings: 1, plan: { parts: [{ asItLies: false }] } });
    const [problem, ...more] = await rowsOf(store, planned.validationUri!);
    expect(problem).toEqual({
      severity: 'warning',
      rule: 'key-numeric',
      uri: A,
      line: 2,
      byte: JSON.stringify(keyed('p-1')[0]).length + 1,
      path: 'custom_id',
      message: expect.stringMatching(/^the key looks like a number.* A letter before it spares the copy$/),
    });
    expect(more).toMatchObject([{ summary: { warnings: 1 } }]);
  });

  test.each<[string, PlanInput, object]>([
    ['an error', { validation: { rules: { 'key-numeric': 'error' } } }, { errors: 1, warnings: 0, plan: null }],
    ['nothing', { validation: { rules: { 'key-numeric': 'off' } } }, { errors: 0, warnings: 0 }],
  ])('a key that looks like a number is %s where the rule is set so', async (_, input, told) => {
    const store = await aStore({ [A]: keyed('p-1', '000123') });
    expect((await planInput(store, input)).planned).toMatchObject(told);
  });

  test('nothing is said of a key that looks like a number in a row that is taken out, nor where no field is the key', async () => {
    const bad = { custom_id: '7', request: { contents: [] } };
    const quarantining = { keyField: 'custom_id', validation: { onError: 'quarantine' } } as const;
    const takenOut = await planInput(await aStore({ [A]: [...keyed('p-1'), bad] }), quarantining);
    expect(takenOut.planned).toMatchObject({ errors: 1, warnings: 0, plan: { parts: [{ rows: 1 }] } });
    const keyless = await planInput(await aStore({ [A]: [...keyed('7'), { request: aRequest() }] }));
    expect(keyless.planned).toMatchObject({ errors: 0, warnings: 0 });
  });

  test('the report is in file order, with the lines that an editor shows, over all ranges', async () => {
    const store = await aStore({ [A]: `${JSON.stringify(keyed('a')[0])}\r\n\nx\n`, [B]: [...keyed('a'), 1] });
    const { planned } = await planInput(store, { keyField: 'custom_id' });
    const report = await rowsOf(store, planned.validationUri!);
    expect(report.slice(0, -1).map(({ uri, line, rule }) => [uri, line, rule])).toEqual([
      [A, 1, 'line-end'],
      [A, 2, 'blank-line'],
      [A, 3, 'json'],
      [B, 1, 'key-repeated'],
      [B, 2, 'object'],
    ]);
    expect(planned.errors).toBe(4);
  });

  test('lines are counted over the ranges of a file', async () => {
    const rows = Array.from({ length: 40 }, (_, n) => (n === 31 ? 'x' : JSON.stringify(keyed(`k${n}`)[0])));
    const store = await aStore({ [A]: rows.join('\n') });
    const { planned } = await planInput(store, {
      cut: ([{ size } = { size: 0 }]) => [
        { file: 0, from: 0, to: Math.floor(size / 2) },
        { file: 0, from: Math.floor(size / 2), to: size },
      ],
    });
    expect(planned.firstProblems).toEqual([expect.stringMatching(`^${A}:32 the line is not one whole JSON object`)]);
  });

  test('of a file that is an array, one error is left, whatever its ranges found', async () => {
    const store = await aStore({ [A]: JSON.stringify(keyed('a', 'b'), null, 1), [B]: keyed('c') });
    const { planned } = await planInput(store);
    expect(planned.errors).toBe(1);
    expect(planned.firstProblems).toEqual([
      `${A}:1 the file looks like one JSON array; write one object a line, without brackets and commas (JSONL): jq -c ".[]"`,
    ]);
  });

  test('of a file of which nothing can be made, that alone is said, though it has no rows', async () => {
    const store = await aStore({ [A]: JSON.stringify(keyed('a', 'b')) });
    const { planned } = await planInput(store);
    expect(planned).toMatchObject({ rows: 0, errors: 1, plan: null, refusal: null });
    expect(planned.firstProblems).toEqual([expect.stringContaining('the file looks like one JSON array')]);
  });

  test('are told, the first of them, however few the report lists', async () => {
    const store = await aStore({ [A]: [...keyed('a'), 'x', 'y'] });
    const { planned } = await planInput(store, { validation: { maxProblems: 0 } });
    expect(planned.firstProblems).toEqual([`${A}:2`, `${A}:3`].map((place) => expect.stringContaining(place)));
    expect(await rowsOf(store, planned.validationUri!)).toMatchObject([{ summary: { errors: 2, listed: 0 } }]);
  });
});

test('very many rows that are compared leave other work its turns', async () => {
  const store = await aStore({ [A]: Array.from({ length: 30_000 }, (_, row) => keyed(`k${row}`)[0]) });
  let turns = 0;
  let turnsMeanwhile = 0;
  const watched = storeWith(store, {
    read: async function* (uri, options) {
      const before = turns;
      yield* store.read(uri, options);
      if (uri.endsWith('-rows.jsonl')) turnsMeanwhile = turns - before;
    },
  });
  const otherWork = setInterval(() => (turns += 1), 1);
  try {
    expect((await planInput(watched)).planned).toMatchObject({ rows: 30_000, errors: 0 });
  } finally {
    clearInterval(otherWork);
  }
  expect(turnsMeanwhile).toBeGreaterThan(5);
});

describe('limits of a job', () => {
  async function planWith(change: (record: ValidatedRange) => ValidatedRange, size?: number) {
    const run = aRun({ execution: 'large' });
    const store = await aStore({ [A]: keyed('a') });
    const { resolved } = await planInput(store, { run: aRun() });
    await store.delete(planUri(run));
    const sources = await readJson<{ files: { size: number }[] }>(store, resolved.sourcesUri);
    if (size !== undefined) sources.files[0]!.size = size;
    const sourcesUri = `${run.directory}work/large/sources.json`;
    await store.write(sourcesUri, JSON.stringify(sources));
    const record = await readJson<ValidatedRange>(
      store,
      validatedRangeUri(validationDirectory(aRun(), resolved.sourcesUri, null), 0),
    );
    await commitOnce(store, validatedRangeUri(validationDirectory(run, sourcesUri, null), 0), change(record));
    return planParts({ store, prices: LIST_PRICES }, { run, sourcesUri, keyField: null }, anAttempt());
  }

  test('too many rows for a hundred jobs are refused with the numbers and what to do', async () => {
    const planned = await planWith((record) => ({ ...record, pieces: [{ ...record.pieces[0]!, lines: 20_000_001 }] }));
    expect(planned.plan).toBeNull();
    expect(planned.refusal).toEqual({
      type: 'TooLarge',
      message: expect.stringMatching(
        /^The input has 20,000,001 rows and .* bytes, which makes 101 jobs, and one run takes 100: split it and start a run for each piece\.$/,
      ) as string,
    });
  });

  test('too many bytes for a hundred jobs are refused', async () => {
    const planned = await planWith((record) => record, 95_000_000_001);
    expect(planned.refusal!.message).toContain('which makes 101 jobs');
  });
});

describe('a plan that stands', () => {
  test('is adopted by a later execution, with its index', async () => {
    const store = await aStore({ [A]: keyed('a', 'b') });
    const first = await planInput(store);
    const before = await planOf(store);
    const second = await planInput(store, { run: aRun({ execution: 'execution-2' }) });
    expect(second.planned.plan).toEqual({ ...first.planned.plan, adopted: true });
    expect(await planOf(store)).toEqual(before);
  });

  test('is not an adopted one for another attempt of the execution that wrote it', async () => {
    const store = await aStore({ [A]: keyed('a') });
    const first = await planInput(store);
    expect(await planInput(store)).toEqual(first);
  });

  test('names what changed, vanished or came since; the same bytes written again are no change', async () => {
    const store = await aStore({ [A]: keyed('a'), [B]: keyed('b'), 'gs://acme/in/c.jsonl': keyed('c') });
    const first = await planInput(store);
    await store.write(A, `${JSON.stringify(keyed('a')[0])}\n`);
    await store.write(B, `${JSON.stringify(keyed('B')[0])}\n`);
    await store.delete('gs://acme/in/c.jsonl');
    await store.write('gs://acme/in/d.jsonl', `${JSON.stringify(keyed('d')[0])}\n`);
    const second = await planInput(store, { run: aRun({ execution: 'execution-2' }) });
    expect(second.planned.plan!.changed).toEqual([B, 'gs://acme/in/c.jsonl', 'gs://acme/in/d.jsonl']);
    expect(second.planned.plan!.digest).toBe(first.planned.plan!.digest);
  });

  test('comes with the rounds that have claims, highest first', async () => {
    const store = await aStore({ [A]: keyed('a') });
    const { directory, key } = aRun();
    for (const name of [
      `${key}-p1-r1-a1`,
      `${key}-p1-r1-a1.outcome.json`,
      `${key}-p1-r2-a1`,
      `${key}-p1-r2-a2`,
      'else',
    ]) {
      await store.write(`${directory}claims/${name}`, '{}');
    }
    const { planned } = await planInput(store);
    expect(planned.plan!.claimed).toEqual([
      { part: 1, round: 2 },
      { part: 1, round: 1 },
    ]);
  });

  test('of a later version is not touched', async () => {
    const store = await aStore({ [A]: keyed('a') });
    await planInput(store);
    await store.write(planUri(aRun()), JSON.stringify({ ...(await planOf(store)), version: 2 }));
    await expect(planInput(store)).rejects.toThrow(
      'is a plan of version 2, this worker knows version 1: update the worker',
    );
  });

  test('of two at once, the plan that was written first counts for both', async () => {
    const store = await aStore({ [A]: keyed('a') });
    const racing = storeWith(store, {
      write: async (...call: Parameters<ObjectStore['write']>) => {
        if (call[0] === planUri(aRun())) await planInput(store, { run: aRun({ execution: 'other' }) });
        return store.write(...call);
      },
    });
    const { planned } = await planInput(racing);
    expect(planned.plan).toMatchObject({ adopted: true });
    expect((await planOf(store)).execution).toBe('other');
  });
});

describe('what an input is expected to cost', () => {
  const model = 'publishers/google/models/gemini-2.5-flash';
  const objects = { [A]: keyed('a', 'b') };
  // 256 tokens of output a row, and 4 bytes of text beside the role
  const microsUsd = Math.ceil((2 * 2 * 150_000 + 2 * 256 * 1_250_000) / 1e6);

  test('is told with the plan, and again with a plan that stands', async () => {
    const store = await aStore(objects);
    for (const adopted of [false, true]) {
      const run = aRun({ execution: adopted ? 'execution-2' : 'execution-1' });
      const { planned } = await planInput(store, { run, cost: { model, maxCostUsd: microsUsd / 1e6 } });
      expect(planned).toMatchObject({
        plan: { adopted },
        refusal: null,
        estimate: { microsUsd, priceTable: LIST_PRICES.date },
      });
    }
  });

  test.each([
    [
      'above the bound',
      { model, maxCostUsd: (microsUsd - 1) / 1e6 },
      /estimated to cost \$0\.000641 .* Nothing was sent/,
    ],
    ['not known', { model: 'unheard-of', maxCostUsd: 40 }, /isn't known: the price table lacks the model/],
  ])('and is %s, is no plan', async (_, cost, message) => {
    const store = await aStore(objects);
    const { planned } = await planInput(store, { cost });
    expect(planned).toMatchObject({ rows: 2, plan: null, refusal: { type: 'BudgetExceeded' } });
    expect(planned.refusal?.message).toMatch(message);
    expect(await store.find(planUri(aRun()))).toBeUndefined();
  });

  test('is said after what is wrong with the rows', async () => {
    const store = await aStore({ [A]: [...keyed('a'), { request: {} }] });
    const { planned } = await planInput(store, { cost: { model, maxCostUsd: 1e-6 } });
    expect(planned).toMatchObject({ plan: null, refusal: null });
  });

  test('refuses a plan that stands, unless a job was claimed', async () => {
    const store = await aStore(objects);
    await planInput(store, { cost: { model } });
    const cost = { model, maxCostUsd: 1e-6 };
    expect((await planInput(store, { cost })).planned).toMatchObject({
      plan: null,
      refusal: { type: 'BudgetExceeded' },
    });
    await commitOnce(store, `${aRun().directory}claims/${aRun().key}-p1-r1-a1`, {});
    expect((await planInput(store, { cost })).planned).toMatchObject({
      plan: { claimed: [{ part: 1 }] },
      refusal: null,
    });
  });
});
