import { describe, expect, test } from 'vitest';
import { resolveInput } from '../../../src/activities/resolve-input';
import { validateRange } from '../../../src/activities/validate-range';
import type { Sources } from '../../../src/rows/sources';
import { DEFAULT_VALIDATION } from '../../../src/domain/accepted-validation';
import type { ObjectStore } from '../../../src/gateways/object-store';
import { commitOnce, readJson } from '../../../src/rows/commits';
import { type ValidatedRange, validationDirectory } from '../../../src/rows/validated-range';
import { TableStoreMemory } from '../../../src/gateways/table-store-memory';
import { anAttempt, aRequest, aRun, aStore, rowsOf, storeWith } from '../../support/input-side';

const run = aRun();

async function resolved(objects: Readonly<Record<string, string | readonly unknown[]>>) {
  const store = await aStore(objects);
  const { sourcesUri, ranges } = await resolveInput(
    { store, tables: new TableStoreMemory() },
    { run, input: ['gs://acme/in/*'] },
    anAttempt(),
  );
  return { store, sourcesUri, ranges };
}

async function recordOf(
  store: ObjectStore,
  sourcesUri: string,
  validation = DEFAULT_VALIDATION,
  keyField: string | null = null,
) {
  return readJson<ValidatedRange>(store, `${validationDirectory(run, sourcesUri, keyField, validation)}0.json`);
}

const good = { custom_id: 'a', request: aRequest(), tenant: 7 };

describe('validateRange', () => {
  test('notes what identifies and locates each sound row, and what is wrong with the others', async () => {
    const bad = { custom_id: 'b', request: { contents: [{ role: 'tester', parts: [{ text: 'Hi' }] }] } };
    const { store, sourcesUri } = await resolved({
      'gs://acme/in/a': [good, bad],
      'gs://acme/in/b': [{ request: aRequest() }],
    });
    const validated = await validateRange({ store }, { run, sourcesUri, range: 0, keyField: null }, anAttempt());
    expect(validated).toEqual({ rows: 3, errors: 1, warnings: 0 });

    const record = await recordOf(store, sourcesUri);
    const length = JSON.stringify(good).length;
    expect(record).toMatchObject({
      pieces: [
        { file: 0, lines: 2, errors: 1, warnings: 0 },
        { file: 1, lines: 1, errors: 0, warnings: 0 },
      ],
      keyed: { key: 0, custom_id: 1, id: 0 },
      facts: { rows: 2 },
    });
    expect(await rowsOf(store, record.facts.uri)).toEqual([
      [0, 0, 0, length, { custom_id: 'a', tenant: 7 }, 0],
      [1, 0, 0, JSON.stringify({ request: aRequest() }).length, {}, 0],
    ]);
    expect(await rowsOf(store, record.problems!.uri)).toEqual([
      {
        severity: 'error',
        rule: 'role',
        path: 'request.contents[0].role',
        message: 'role must be user or model, got "tester"',
        piece: 0,
        number: 1,
        byte: length + 1,
        key: 'b',
      },
    ]);
  });

  test('a second attempt takes the record that stands and reads no row', async () => {
    const { store, sourcesUri } = await resolved({ 'gs://acme/in/a': [good] });
    const input = { run, sourcesUri, range: 0, keyField: null };
    const first = await validateRange({ store }, input, anAttempt());
    const uris: string[] = [];
    const watched = storeWith(store, {
      read: (uri, options) => {
        uris.push(uri);
        return store.read(uri, options);
      },
    });
    expect(await validateRange({ store: watched }, input, anAttempt())).toEqual(first);
    expect(uris).not.toContain('gs://acme/in/a');
  });

  test('of two attempts at once, both answer with the record that won', async () => {
    const { store, sourcesUri } = await resolved({ 'gs://acme/in/a': [good] });
    const directory = validationDirectory(run, sourcesUri, null);
    const other: ValidatedRange = {
      pieces: [
        {
          file: 0,
          lines: 41,
          blankLines: 0,
          errors: 0,
          warnings: 1,
          isUnreadable: false,
          carriageReturn: null,
          rules: {},
        },
      ],
      keyed: {},
      facts: { uri: 'gs://acme/other', generation: '1', bytes: 0, rows: 41, crc32c: '' },
      soundRows: 41,
      badRows: 0,
      shapes: [],
      repaired: {},
      problems: null,
    };
    const racing = storeWith(store, {
      write: async (...call: Parameters<ObjectStore['write']>) => {
        if (call[0] === `${directory}0.json`) await commitOnce(store, call[0], other);
        return store.write(...call);
      },
    });
    const validated = await validateRange(
      { store: racing },
      { run, sourcesUri, range: 0, keyField: null },
      anAttempt(),
    );
    expect(validated).toEqual({ rows: 41, errors: 0, warnings: 1 });
  });

  test('a JSON array where lines are meant gets one error', async () => {
    const { store, sourcesUri } = await resolved({ 'gs://acme/in/a': JSON.stringify([good, good, good], null, 2) });
    const validated = await validateRange({ store }, { run, sourcesUri, range: 0, keyField: null }, anAttempt());
    expect(validated).toMatchObject({ errors: 1 });
    const { problems, pieces } = await recordOf(store, sourcesUri);
    expect(pieces[0]!.isUnreadable).toBe(true);
    expect((await rowsOf(store, problems!.uri)).map(({ rule }) => rule)).toEqual(['json-array']);
  });

  test('keeps as many problems as are wanted and counts all', async () => {
    const validation = { ...DEFAULT_VALIDATION, maxProblems: 200 };
    const { store, sourcesUri } = await resolved({ 'gs://acme/in/a': 'x\n'.repeat(1500) });
    const validated = await validateRange(
      { store },
      { run, sourcesUri, range: 0, keyField: null, validation },
      anAttempt(),
    );
    expect(validated).toEqual({ rows: 1500, errors: 1500, warnings: 0 });
    expect((await recordOf(store, sourcesUri, validation)).problems!.rows).toBe(200);
  });

  test('leaves large metadata in the input, but not the key', async () => {
    const { store, sourcesUri } = await resolved({
      'gs://acme/in/a': [{ id: 'a', note: 'x'.repeat(1100), request: aRequest() }],
    });
    await validateRange({ store }, { run, sourcesUri, range: 0, keyField: 'id' }, anAttempt());
    const record = await recordOf(store, sourcesUri, DEFAULT_VALIDATION, 'id');
    const [facts] = await rowsOf<unknown[]>(store, record.facts.uri);
    expect(facts!.slice(4)).toEqual([{ id: 'a' }, 1]);
  });

  test('says that it is alive, stops when it is cancelled, and leaves no record then', async () => {
    const { store, sourcesUri } = await resolved({ 'gs://acme/in/a': Array.from({ length: 20_000 }, () => good) });
    const controller = new AbortController();
    const attempt = anAttempt({
      signal: controller.signal,
      heartbeat: () => controller.abort(new Error('cancelled')),
    });
    const validating = validateRange({ store }, { run, sourcesUri, range: 0, keyField: null }, attempt);
    await expect(validating).rejects.toThrow('cancelled');
    await expect(recordOf(store, sourcesUri)).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('an input that was replaced since it was found is named', async () => {
    const { store, sourcesUri } = await resolved({ 'gs://acme/in/a': [good] });
    await store.write('gs://acme/in/a', 'other');
    const gone = storeWith(store, {
      read: (uri, options) => store.read(uri, uri === 'gs://acme/in/a' ? { generation: '999' } : options),
    });
    const validating = validateRange({ store: gone }, { run, sourcesUri, range: 0, keyField: null }, anAttempt());
    await expect(validating).rejects.toMatchObject({
      type: 'InputChanged',
      message: 'gs://acme/in/a was changed, replaced or deleted since it was found',
    });
  });

  test('validates each range of a large file by itself', async () => {
    const rows = Array.from({ length: 50 }, (_, number) => ({ key: `row-${number}`, request: aRequest() }));
    const { store, sourcesUri } = await resolved({ 'gs://acme/in/a': rows });
    const sources = await readJson<Sources>(store, sourcesUri);
    const size = sources.files[0]!.size;
    const ranges = [0, 1, 2].map((range) => ({
      file: 0,
      from: Math.floor((range * size) / 3),
      to: Math.floor(((range + 1) * size) / 3),
    }));
    await store.write(sourcesUri, JSON.stringify({ ...sources, ranges }));
    const validated = [];
    for (const range of ranges.keys()) {
      validated.push(await validateRange({ store }, { run, sourcesUri, range, keyField: null }, anAttempt()));
    }
    expect(validated.reduce((sum, { rows: count }) => sum + count, 0)).toBe(50);
  });
});
