import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stagePart } from '../../../src/activities/stage-part';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import type { ObjectStore } from '../../../src/gateways/object-store';
import { loadPartIndex } from '../../../src/rows/part-index-stored';
import { planUri, readPlan } from '../../../src/rows/plan';
import { readQuarantinedRows } from '../../../src/rows/quarantine';
import { readRowList } from '../../../src/rows/row-list';
import type { ValidatedRange } from '../../../src/rows/validated-range';
import { anAttempt, aRequest, aRun, aStore, planInput, rowsOf, storeWith } from '../../support/input-side';
import { answered, blocked, refused } from '../../support/job-output';
import { linesOf, readLasting, readResults, settle, twice } from '../../support/output-side';
import { planPart, RUN } from '../../support/planned-part';

const A = 'gs://acme/in/a.jsonl';
const B = 'gs://acme/in/b.jsonl';
const run = aRun();
const row = (id: string) => JSON.stringify({ id, request: aRequest(id) });
const badRole = (id: string) =>
  JSON.stringify({ id, request: { contents: [{ role: 'tester', parts: [{ text: 'x' }] }] } });
const quarantining = { validation: { onError: 'quarantine' } } as const;

async function planned(objects: Readonly<Record<string, readonly string[]>>, keyField: string | null = null) {
  const texts = Object.entries(objects).map(([uri, lines]) => [uri, linesOf(...lines)]);
  const store = await aStore(Object.fromEntries(texts));
  const { planned: answer } = await planInput(store, { ...quarantining, keyField });
  return { store, answer, plan: () => readPlan(store, planUri(run)) };
}

async function stagedKeys(store: ObjectStore) {
  const staged = await stagePart(
    { store },
    { run, planUri: planUri(run), part: 1, round: 1, rowsUri: null },
    anAttempt(),
  );
  return { ...staged, keys: (await rowsOf(store, staged.uris[0]!)).map(({ key }) => key) };
}

describe('rows that break a rule alone', () => {
  test('are taken out: the plan counts all rows, sends the sound ones and says why it is a copy', async () => {
    const { store, answer, plan } = await planned({
      [A]: [row('a'), badRole('b'), '{"id": "c", "requ'],
      [B]: [row('d')],
    });
    expect(answer).toMatchObject({ rows: 4, errors: 2, refusal: null });
    expect(answer.firstProblems).toEqual([
      `${A}:2 request.contents[0].role: role must be user or model, got "tester"`,
      expect.stringContaining(`${A}:3 `),
    ]);
    expect(answer.plan!.parts).toMatchObject([{ rows: 2, asItLies: false, uris: [] }]);
    const { rows, errors, keys, parts } = await plan();
    expect({ rows, errors }).toEqual({ rows: 4, errors: 2 });
    expect(keys).toMatchObject({ field: 'id', mode: 'staged', stagedBecause: "2 rows can't be sent" });
    expect([...(await readQuarantinedRows(store, parts[0]!.quarantine))]).toEqual([1, 2]);
    expect(await stagedKeys(store)).toMatchObject({ rows: 2, keys: ['r0-1', 'r1-1'] });
  });

  test('are in the index beside the others, by the key that could be read, else by file and line', async () => {
    const { store, plan } = await planned({ [A]: [badRole('bad'), 'no json', row('a')] }, 'id');
    const { parts } = await plan();
    const index = await loadPartIndex(store, await plan(), 1);
    expect([0, 1, 2].map((number) => index.keyOf(number))).toEqual(['bad', '0:2', 'a']);
    expect(await rowsOf(store, parts[0]!.quarantine!.errors.uri)).toEqual([
      {
        key: 'bad',
        outcome: 'failed',
        source: { uri: A, line: 1 },
        error: {
          code: null,
          status: 'INVALID_INPUT',
          message: 'role must be user or model, got "tester" (rule role)',
          retryable: false,
        },
        round: 0,
      },
      expect.objectContaining({ key: '0:2', source: { uri: A, line: 2 } }),
    ]);
  });

  test('may repeat the key of a sound row, since they are not sent', async () => {
    const { answer } = await planned({ [A]: [row('a'), badRole('a')] }, 'id');
    expect(answer).toMatchObject({ errors: 1, plan: { parts: [{ rows: 1 }] } });
  });

  test('leave an input that has none to be used as it lies', async () => {
    const { answer, plan } = await planned({ [A]: [row('a'), row('b')] });
    expect(answer.plan!.parts).toMatchObject([{ rows: 2, asItLies: true }]);
    expect((await plan()).parts[0]!.quarantine).toBeNull();
  });

  test('are found again with the plan by a later execution', async () => {
    const { store, answer } = await planned({ [A]: [row('a'), 'x'] });
    const later = await planInput(store, { ...quarantining, run: aRun({ execution: 'execution-2' }) });
    expect(later.planned).toMatchObject({ rows: 2, errors: 1, plan: { adopted: true, parts: answer.plan!.parts } });
    expect(await stagedKeys(store)).toMatchObject({ keys: ['r0-1'] });
  });
});

describe('nothing is planned', () => {
  test.each<[string, Record<string, string[]>, string | null]>([
    ['when no row is left', { [A]: ['x', badRole('a')] }, null],
    ['when rows break a rule together', { [A]: [row('a'), row('a'), 'x'] }, 'id'],
    ['when a file is something else than rows', { [A]: [row('a')], [B]: ['[', row('b')] }, null],
  ])('%s', async (_, objects, keyField) => {
    const { store, answer } = await planned(objects, keyField);
    expect(answer).toMatchObject({ plan: null, refusal: null });
    expect(answer.errors).toBeGreaterThan(0);
    expect(await store.find(planUri(run))).toBeUndefined();
  });

  test('when the request does not ask to take rows out', async () => {
    const store = await aStore({ [A]: linesOf(row('a'), 'x') });
    expect((await planInput(store)).planned).toMatchObject({ errors: 1, plan: null });
  });
});

const INPUT = Array.from({ length: 8 }, (_, number) => ({
  id: `k${number}`,
  request: { contents: [{ text: number }] },
}));
type Kind = 'answered' | 'blocked' | 'refused' | 'exhausted' | 'missing' | 'bad';
const LINE: Readonly<Record<Kind, ((echo: { id: string }) => string) | undefined>> = {
  answered: (echo) => answered(echo, 'yes'),
  blocked: (echo) => blocked(echo),
  refused: (echo) => refused(echo, 400),
  exhausted: (echo) => refused(echo, 429),
  missing: undefined,
  bad: undefined,
};

describe('settling', () => {
  test('counts bad rows as failed, lists them, and leaves them out of what may be sent again', async () => {
    const kinds = fc.array(
      fc.constantFrom<Kind>('answered', 'blocked', 'refused', 'exhausted', 'missing', 'bad', 'bad'),
      {
        minLength: INPUT.length,
        maxLength: INPUT.length,
      },
    );
    await fc.assert(
      fc.asyncProperty(kinds, fc.boolean(), async (of, keyed) => {
        const keyField = keyed ? 'id' : null;
        const store = new MemoryObjectStore();
        const problemOf = (number: number) => (of[number] === 'bad' ? `row ${number} is bad` : undefined);
        const uri = await planPart(store, INPUT, { keyField, problemOf });
        const lines = of.flatMap(
          (kind, number) => LINE[kind]?.(keyed ? { id: `k${number}` } : ({ key: `r0-${number + 1}` } as never)) ?? [],
        );
        const settled = await settle(store, uri, {
          rounds: [{ files: { 'predictions.jsonl': linesOf(...lines) } }],
          run: twice,
        });
        const having = (...wanted: Kind[]) => of.flatMap((kind, number) => (wanted.includes(kind) ? [number] : []));
        const nameOf = (number: number) => (keyed ? `k${number}` : `0:${number + 1}`);

        expect(settled.books).toEqual({
          answered: having('answered').length,
          blocked: having('blocked').length,
          failed: having('refused', 'exhausted', 'bad').length,
          missing: having('missing').length,
        });
        expect(settled.imbalances).toEqual([]);
        expect(settled.reasons.includes(`${having('bad').length} × INVALID_INPUT`)).toBe(having('bad').length > 0);
        const errors = await readLasting(store, settled.errorsUri);
        expect(errors.map(({ key }) => key)).toEqual(
          having('blocked', 'refused', 'exhausted', 'missing', 'bad').map(nameOf),
        );
        expect(errors.filter(({ round }) => round === 0).map(({ error }) => error)).toEqual(
          having('bad').map((number) => ({
            code: null,
            status: 'INVALID_INPUT',
            message: `row ${number} is bad`,
            retryable: false,
          })),
        );
        const dead = await readLasting(store, settled.deadLettersUri);
        expect(dead.map(({ request }) => request)).toEqual(
          having('refused', 'exhausted', 'missing').map((number) => INPUT[number]!.request),
        );
        const retried = settled.retryRowsUri === null ? [] : [...(await readRowList(store, settled.retryRowsUri))];
        expect(retried).toEqual(having('exhausted', 'missing'));
        expect(await readResults(store)).toHaveLength(having('answered').length);
      }),
      { numRuns: 60 },
    );
  });

  test('finds no bad row by its request, though a sound one asks the same', async () => {
    const store = new MemoryObjectStore();
    const same = { contents: [{ role: 'user', parts: [{ text: 'same' }] }] };
    const rows = [
      { id: 'bad', request: same },
      { id: 'sound', request: same },
    ];
    const uri = await planPart(store, rows, { problemOf: (number) => (number === 0 ? 'bad' : undefined) });
    const files = { 'predictions.jsonl': linesOf(answered({ request: same }, 'yes')) };
    await settle(store, uri, { rounds: [{ files }] });
    expect((await readResults(store)).map(({ key }) => key)).toEqual(['sound']);
    expect(await readLasting(store, `${RUN.directory}errors.jsonl`)).toMatchObject([{ key: 'bad', round: 0 }]);
  });
});

describe('limits of a job', () => {
  /** A plan of two rows, one of them bad, whose range says that it read so many. */
  async function planOf(lines: number) {
    const store = await aStore({ [A]: linesOf(row('a'), 'x') });
    const counting = storeWith(store, {
      write: (uri, content, options) =>
        store.write(uri, /\/validate\/\w+\/0\.json$/.test(uri) ? withLines(content, lines) : content, options),
    });
    return (await planInput(counting, quarantining)).planned;
  }

  function withLines(content: Parameters<ObjectStore['write']>[1], lines: number): string {
    const record = JSON.parse(content as string) as ValidatedRange;
    return JSON.stringify({ ...record, pieces: record.pieces.map((piece) => ({ ...piece, lines })) });
  }

  test('count the rows that are sent', async () => {
    expect(await planOf(900_000)).toMatchObject({ rows: 900_000, refusal: null, plan: { parts: [{ rows: 1 }] } });
  });

  test('leave room for many sound rows beside a bad one', async () => {
    expect(await planOf(1_000_001)).toMatchObject({ rows: 1_000_001, refusal: null });
  });
});
