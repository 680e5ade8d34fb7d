import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveInput } from '../../../src/activities/resolve-input';
import type { RangeValidation } from '../../../src/activities/contract';
import type { Sources } from '../../../src/rows/sources';
import { validateRange } from '../../../src/activities/validate-range';
import { type AcceptedValidation, DEFAULT_VALIDATION } from '../../../src/domain/accepted-validation';
import { REPAIRS } from '../../../src/domain/validation-rules';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import type { ObjectStore } from '../../../src/gateways/object-store';
import type { TableColumn, TableStore } from '../../../src/gateways/table-store';
import { TableStoreMemory } from '../../../src/gateways/table-store-memory';
import { type DataObject, readJson, readWhole } from '../../../src/rows/commits';
import { type ValidatedRange, validatedRangeUri, validationDirectory } from '../../../src/rows/validated-range';
import { anAttempt, aRequest, aRun, storeWith } from '../../support/input-side';

const URI = 'bq://acme.d.prompts';
const COLUMNS: readonly TableColumn[] = [
  { name: 'key', type: 'STRING', mode: 'NULLABLE' },
  { name: 'request', type: 'JSON', mode: 'NULLABLE' },
  { name: 'note', type: 'STRING', mode: 'NULLABLE' },
];
const run = aRun();

interface Settings {
  readonly keyField: string | null;
  readonly validation: AcceptedValidation;
}
type Row = readonly (string | null)[];

const AS_BY_DEFAULT: Settings = { keyField: null, validation: DEFAULT_VALIDATION };
const RANGE_BYTES = 64_000_000;

function aTable(rows: readonly Row[], { rowsPerPage = 10, ranges = 1 } = {}): TableStoreMemory {
  const tables = new TableStoreMemory({ rowsPerPage });
  tables.put(URI, { columns: COLUMNS, rows, bytes: ranges * RANGE_BYTES });
  return tables;
}

function soundRows(count: number): Row[] {
  return Array.from({ length: count }, (_, row) => [`k${row}`, JSON.stringify(aRequest(`prompt ${row}`)), null]);
}

async function resolved(tables: TableStore, store: ObjectStore, validateAs: Settings, execution = run.execution) {
  const input = { run: { ...run, execution }, input: [URI], location: 'us-central1', validateAs };
  const { sourcesUri, ranges } = await resolveInput({ store, tables }, input, anAttempt());
  const directory = validationDirectory(input.run, sourcesUri, validateAs.keyField, validateAs.validation);
  const records = Array.from({ length: ranges }, (_, range) => validatedRangeUri(directory, range));
  const validate = (range: number): Promise<RangeValidation> =>
    validateRange({ store }, { run: input.run, sourcesUri, range, ...validateAs }, anAttempt());
  return { sourcesUri, records, validate };
}

/** Everything that a record says, with what its objects hold in place of where they are. */
async function saidBy(store: ObjectStore, uri: string) {
  const { facts, problems, ...record } = await readJson<ValidatedRange>(store, uri);
  const contentOf = async ({ uri: data, generation, rows }: DataObject) => ({
    rows,
    content: (await readWhole(store, data, { generation })).toString(),
  });
  return { ...record, facts: await contentOf(facts), problems: problems && (await contentOf(problems)) };
}

/** A store that tells whether the copy itself was read. */
function watched(store: ObjectStore) {
  const read: string[] = [];
  const watching = storeWith(store, {
    read: (uri, options) => {
      if (uri.includes('/input/') && uri.endsWith('.jsonl')) read.push(uri);
      return store.read(uri, options);
    },
  });
  return { store: watching, read };
}

const request = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(aRequest(text))) },
  fc.constantFrom(
    null,
    '{}',
    '[]',
    '"text"',
    'no JSON',
    '{"contents":[]}',
    '{"contents":[{"role":"tester","parts":[{"text":"Hi"}]}]}',
    '{"contents":[{"parts":[{"text":"Hi"}]}],"generation_config":{"temperature":0.5}}',
    '{"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"generationConfig":{"temperature":9}}',
    '{"contents":[{"role":"user","parts":[{"text":"Hi"},]}]}',
    JSON.stringify(aRequest('long '.repeat(2000))),
  ),
);
const key = fc.oneof(fc.constantFrom(null, '', 'a', 'a\r', '\u0000'), fc.string({ unit: 'binary' }));
const note = fc.constantFrom(null, 'short', '\r\n', 'x'.repeat(1500));
const settings: fc.Arbitrary<Settings> = fc.record({
  keyField: fc.constantFrom(null, 'key', 'note'),
  validation: fc
    .record({
      onError: fc.constantFrom<AcceptedValidation['onError']>('fail', 'quarantine'),
      repair: fc.subarray([...REPAIRS]),
      maxProblems: fc.constantFrom(1, 1000),
    })
    .map((given) => ({ ...DEFAULT_VALIDATION, ...given })),
});

describe('the rows of a table that is copied', () => {
  it('are judged as those of the copy are, whatever they hold and however they come', async () => {
    const rows = fc.array(fc.tuple(key, request, note), { minLength: 1, maxLength: 60 });
    const cuts = fc.record({ rowsPerPage: fc.integer({ min: 1, max: 30 }), ranges: fc.integer({ min: 1, max: 4 }) });
    await fc.assert(
      fc.asyncProperty(rows, cuts, settings, async (given, cut, validateAs) => {
        const store = new MemoryObjectStore();
        const { records, validate } = await resolved(aTable(given, cut), store, validateAs);
        for (const [range, uri] of records.entries()) {
          const onTheWay = await saidBy(store, uri);
          await store.delete(uri);
          await validate(range);
          expect(onTheWay).toEqual(await saidBy(store, uri));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('are not read again', async () => {
    const { store, read } = watched(new MemoryObjectStore());
    const { records, validate } = await resolved(aTable(soundRows(100), { ranges: 3 }), store, AS_BY_DEFAULT);
    const validated = [];
    for (const range of records.keys()) validated.push(await validate(range));
    expect(validated.map(({ rows }) => rows)).toEqual([34, 34, 32]);
    expect(read).toEqual([]);
  });

  it('lie in ranges that own each byte of the copy once', async () => {
    const store = new MemoryObjectStore();
    const { sourcesUri } = await resolved(aTable(soundRows(100), { ranges: 3 }), store, AS_BY_DEFAULT);
    const { files, ranges } = await readJson<Sources>(store, sourcesUri);
    expect(ranges.reduce((end, { from, to }) => (from === end ? to : Number.NaN), 0)).toBe(files[0]!.size);
  });

  it('are judged once where the attempt that began to copy them died', async () => {
    const { store, read } = watched(new MemoryObjectStore());
    const tables = aTable(soundRows(100), { ranges: 4 });
    const dying: TableStore = {
      find: (...call) => tables.find(...call),
      findDataset: (...call) => tables.findDataset(...call),
      readRows: (...call) => tables.readRows(...call),
      async *readLines(table, ranges, options) {
        for (const range of ranges) {
          if (range.from >= 60) throw new Error('the worker died');
          yield* tables.readLines(table, [range], options);
        }
      },
    };
    await expect(resolved(dying, store, AS_BY_DEFAULT)).rejects.toThrow('the worker died');
    const { records, validate } = await resolved(tables, store, AS_BY_DEFAULT);
    for (const range of records.keys()) expect(await validate(range)).toEqual({ rows: 25, errors: 0, warnings: 0 });
    expect(read).toEqual([]);
  });

  it('are read in the copy by an execution or under settings that others began to copy for', async () => {
    const tables = aTable(soundRows(100), { ranges: 2 });
    const other = { ...AS_BY_DEFAULT, keyField: 'key' };
    for (const [validateAs, execution] of [[other, run.execution] as const, [AS_BY_DEFAULT, 'another'] as const]) {
      const { store, read } = watched(new MemoryObjectStore());
      const unpublished = storeWith(store, { compose: () => Promise.reject(new Error('the worker died')) });
      await expect(resolved(tables, unpublished, AS_BY_DEFAULT)).rejects.toThrow('the worker died');
      const { records, validate } = await resolved(tables, store, validateAs, execution);
      for (const range of records.keys()) expect(await validate(range)).toMatchObject({ rows: 50 });
      expect(read).toHaveLength(2);
    }
  });
});
