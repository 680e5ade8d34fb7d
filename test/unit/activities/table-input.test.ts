import { describe, expect, it } from 'vitest';
import { checkInput } from '../../../src/activities/check-input';
import type { Sources } from '../../../src/rows/sources';
import { planParts } from '../../../src/activities/plan-parts';
import { resolveInput } from '../../../src/activities/resolve-input';
import { validateRange } from '../../../src/activities/validate-range';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import type { TableColumn, TableStore } from '../../../src/gateways/table-store';
import { TableStoreMemory, type MemoryTable } from '../../../src/gateways/table-store-memory';
import { readJson } from '../../../src/rows/commits';
import { LIST_PRICES } from '../../../src/schemas/price-table';
import { anAttempt, aRequest, aRun } from '../../support/input-side';

const URI = 'bq://acme.d.prompts';
const COLUMNS: readonly TableColumn[] = [
  { name: 'key', type: 'STRING', mode: 'NULLABLE' },
  { name: 'request', type: 'JSON', mode: 'NULLABLE' },
];

function rows(count: number) {
  return Array.from({ length: count }, (_, index) => [`k${index}`, JSON.stringify(aRequest(`prompt ${index}`))]);
}

function aTable(table: Partial<MemoryTable> = {}): TableStoreMemory {
  const tables = new TableStoreMemory({ rowsPerPage: 10 });
  tables.put(URI, { columns: COLUMNS, rows: rows(100), ...table });
  return tables;
}

async function resolved(tables: TableStore, store = new MemoryObjectStore(), location = 'us-central1') {
  const found = await resolveInput({ store, tables }, { run: aRun(), input: [URI], location }, anAttempt());
  return { ...found, store, sources: await readJson<Sources>(store, found.sourcesUri) };
}

async function copyOf(store: MemoryObjectStore, { files }: Sources): Promise<string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of store.read(files[0]!.uri)) chunks.push(chunk);
  return Buffer.concat(chunks).toString().trimEnd().split('\n');
}

async function planned(tables: TableStoreMemory) {
  const { store, sourcesUri } = await resolved(tables);
  const input = { run: aRun(), sourcesUri, keyField: null };
  await validateRange({ store }, { ...input, range: 0 }, anAttempt());
  return { store, plan: (await planParts({ store, prices: LIST_PRICES }, input, anAttempt())).plan! };
}

describe('a table as input', () => {
  it('is copied row by row, the line being the row, and pinned', async () => {
    const tables = aTable({ bytes: 200_000_000 });
    const { store, sources } = await resolved(tables);
    const lines = await copyOf(store, sources);
    expect(lines.map((line) => (JSON.parse(line) as { key: string }).key)).toEqual(rows(100).map(([key]) => key));
    const { lastModified } = (await tables.find(URI))!;
    expect(sources.table).toEqual({ uri: URI, lastModified, rows: 100 });
    expect(sources.files[0]?.uri).toMatch(/\/input\/acme\.d\.prompts-[0-9a-f]{16}\.jsonl$/);
  });

  it('leaves no pieces of the copy behind', async () => {
    const { store } = await resolved(aTable({ bytes: 200_000_000 }));
    const names: string[] = [];
    for await (const { uri } of store.list(`${aRun().directory}input/`)) names.push(uri);
    expect(names).toHaveLength(1);
  });

  it('is not read a second time by an attempt that comes later', async () => {
    const tables = aTable();
    const first = await resolved(tables);
    const reading: TableStore = {
      find: (...call) => tables.find(...call),
      findDataset: (...call) => tables.findDataset(...call),
      readRows: (...call) => tables.readRows(...call),
      readLines: () => {
        throw new Error('was read again');
      },
    };
    expect((await resolved(reading, first.store)).sourcesUri).toBe(first.sourcesUri);
  });

  it('is read on behind the ranges that an attempt had finished when it died', async () => {
    const tables = aTable({ bytes: 200_000_000 });
    const store = new MemoryObjectStore();
    const begun: number[] = [];
    const dying = (deadFrom: number): TableStore => ({
      find: (...call) => tables.find(...call),
      findDataset: (...call) => tables.findDataset(...call),
      readRows: (...call) => tables.readRows(...call),
      async *readLines(table, ranges, options) {
        for (const range of ranges) {
          if (range.from >= deadFrom) throw new Error('the worker died');
          begun.push(range.from);
          yield* tables.readLines(table, [range], options);
        }
      },
    });
    await expect(resolved(dying(50), store)).rejects.toThrow('the worker died');
    const { sources } = await resolved(dying(1000), store);
    expect(await copyOf(store, sources)).toHaveLength(100);
    expect(new Set(begun).size).toBe(begun.length);
  });

  it('that changes while it is read fails the run before anything is spent', async () => {
    const tables = aTable();
    const changing: TableStore = {
      find: (...call) => tables.find(...call),
      findDataset: (...call) => tables.findDataset(...call),
      readRows: (...call) => tables.readRows(...call),
      async *readLines(...call) {
        for await (const lines of tables.readLines(...call)) {
          tables.put(URI, { columns: COLUMNS, rows: rows(101) });
          yield lines;
        }
      },
    };
    await expect(resolved(changing)).rejects.toMatchObject({ type: 'InputChanged' });
  });

  it.each([
    ['US', 'us-central1', 'batch jobs read no multi-region'],
    ['europe-west4', 'us-central1', 'set location to europe-west4'],
  ])('in %s is refused for a job in %s', async (location, wanted, remedy) => {
    const refused = resolved(aTable({ location }), new MemoryObjectStore(), wanted);
    await expect(refused).rejects.toMatchObject({ type: 'InvalidInput', message: expect.stringContaining(remedy) });
  });

  it('may lie anywhere for a job in global, which is noted', async () => {
    const warned: string[] = [];
    const attempt = anAttempt();
    const log = { ...attempt.log, warn: (message: string) => void warned.push(message) };
    const gateways = { store: new MemoryObjectStore(), tables: aTable({ location: 'US' }) };
    await resolveInput(gateways, { run: aRun(), input: [URI], location: 'global' }, { ...attempt, log });
    expect(warned).toEqual([expect.stringContaining('lies in US')]);
  });

  it('without a row is an error, unless the request allows it', async () => {
    const gateways = { store: new MemoryObjectStore(), tables: aTable({ rows: [] }) };
    const input = { run: aRun(), input: [URI], location: 'us-central1' };
    await expect(resolveInput(gateways, input, anAttempt())).rejects.toThrow('is empty');
    expect(await resolveInput(gateways, { ...input, allowEmpty: true }, anAttempt())).toMatchObject({ ranges: 0 });
  });

  it('56: is what the job reads, where its rows have keys', async () => {
    const { plan } = await planned(aTable());
    expect(plan.parts).toMatchObject([{ asItLies: true, uris: [URI], rows: 100 }]);
  });

  it('that changes after the plan is told, though the copy is as it was', async () => {
    const tables = aTable();
    const { store, plan } = await planned(tables);
    const check = () => checkInput({ store, tables }, { run: aRun(), planUri: plan.uri }, anAttempt());
    expect(await check()).toEqual({ changed: [] });
    tables.put(URI, { columns: COLUMNS, rows: rows(100) });
    expect(await check()).toEqual({ changed: [URI] });
  });

  it('that jobs read a copy of may change', async () => {
    const withoutKeys = rows(10).map(([, request]) => [null, request]);
    const tables = aTable({ rows: withoutKeys });
    const { store, plan } = await planned(tables);
    expect(plan.parts).toMatchObject([{ asItLies: false, uris: [] }]);
    tables.put(URI, { columns: COLUMNS, rows: withoutKeys });
    expect(await checkInput({ store, tables }, { run: aRun(), planUri: plan.uri }, anAttempt())).toEqual({
      changed: [],
    });
  });
});
