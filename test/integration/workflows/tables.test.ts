import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TableToMake } from '../../support/table-store-contract';
import { BatchWorld, WORKFLOWS_PATH } from '../../support/batch-world';
import { replayQueue } from '../../support/replay';
import { waitFor } from '../../support/wait-for';
import { EmulatedTables, PROMPT_COLUMNS } from '../../support/emulated-tables';

const URI = 'bq://acme.d.prompts';

let world: BatchWorld;
let tables: EmulatedTables;

beforeEach(async () => {
  world = await BatchWorld.create();
  tables = new EmulatedTables(world.emulator);
  await tables.addDataset('acme', 'd');
});

afterEach(async () => {
  await world.close();
  await replayQueue(world.temporal.client, world.taskQueue, WORKFLOWS_PATH);
});

function request(text: string): string {
  return JSON.stringify({ contents: [{ role: 'user', parts: { text } }] });
}

function rows(count: number, special: Readonly<Record<number, string>> = {}) {
  return Array.from({ length: count }, (_, n) => [`k${n}`, request(special[n] ?? `prompt ${n}`), String(n)]);
}

interface ResultRow {
  readonly key: string;
  readonly metadata: unknown;
  readonly source: { readonly line: number };
}

async function results(directory: string | null): Promise<ResultRow[]> {
  return world.readRowsBelow<ResultRow>(`${directory}results/`);
}

describe('a run over a table', () => {
  it('41, 55, 56, 57, 63: has the job read it, and gives every row its answer', async () => {
    await tables.put(URI, { columns: PROMPT_COLUMNS, rows: rows(30) });
    const result = await (await world.start({ input: URI })).result();
    expect(result).toMatchObject({ outcome: 'succeeded', rows: { input: 30, answered: 30 } });
    expect(world.emulator.jobs()).toMatchObject([{ inputUris: [URI] }]);
    const found = await results(result.directory);
    expect(new Set(found.map(({ key }) => key))).toEqual(new Set(rows(30).map(([key]) => key)));
    expect(found.every(({ key, source, metadata }) => key === `k${source.line - 1}` && metadata !== null)).toBe(true);
  });

  it('judges its rows while they are copied, and does not read the copy for that', async () => {
    await tables.put(URI, { columns: PROMPT_COLUMNS, rows: rows(30) });
    const result = await (await world.start({ input: URI })).result();
    expect(result).toMatchObject({ outcome: 'succeeded', rows: { input: 30 } });
    const read = callsOf('storage.read').map(({ path }) => decodeURIComponent(path));
    expect(read.filter((path) => /\/input\/[^/]*\.jsonl\b/.test(path))).toEqual([]);
    expect(read.length).toBeGreaterThan(0);
  });

  it('takes a partitioned one, for a tuned model', async () => {
    const model = 'projects/acme-project/locations/us-central1/models/42';
    const timePartitioning = { type: 'DAY', requirePartitionFilter: true };
    await tables.put(URI, { columns: PROMPT_COLUMNS, rows: rows(5), timePartitioning });
    const result = await (await world.start({ input: URI, model, labels: { stage: 'prod' } })).result();
    expect(result).toMatchObject({ outcome: 'succeeded', rows: { input: 5, answered: 5 } });
    expect(world.emulator.jobs()).toMatchObject([{ inputUris: [URI], model, labels: { stage: 'prod' } }]);
  });

  it('gives the same results and accounts as the same rows in files', async () => {
    const special = { 3: 'x [[blocked]]', 5: 'x [[bad-request]]', 7: 'x [[unavailable]]' };
    await tables.put(URI, { columns: PROMPT_COLUMNS, rows: rows(12, special) });
    const lines = rows(12, special).map(([key, text, score]) => `{"key":"${key}","request":${text},"score":${score}}`);
    await world.put('gs://acme/in/rows.jsonl', lines);
    const runs = [await world.start({ input: URI }), await world.start({ input: 'gs://acme/in/rows.jsonl' })];
    const [table, files] = await Promise.all(runs.map((run) => run.result()));
    expect(table?.rows).toEqual(files?.rows);
    expect(table?.usage).toEqual(files?.usage);
    const bare = (found: readonly ResultRow[]) =>
      found.map(({ source: { line }, ...row }) => ({ ...row, line })).toSorted((one, other) => one.line - other.line);
    expect(bare(await results(table?.directory ?? ''))).toEqual(bare(await results(files?.directory ?? '')));
  });

  const aColumn = (name: string, type: string) => [{ name, type, mode: 'NULLABLE' }] as const;

  it.each<readonly [string, string, Partial<TableToMake>, string, string]>([
    ['a dataset that isn’t there', 'bq://acme.none.prompts', {}, 'InputNotFound', 'check project, dataset and table'],
    ['a table that isn’t there', 'bq://acme.d.none', {}, 'InputNotFound', 'check project, dataset and table'],
    ['a table that has expired', URI, { rows: [], expires: 1 }, 'InputNotFound', 'whether it had an expiration time'],
    ['a view', URI, { rows: [], type: 'VIEW' }, 'InvalidInput', 'is a VIEW'],
    [
      'a table without a column "request"',
      URI,
      { columns: aColumn('prompt', 'JSON') },
      'InvalidInput',
      'has no column',
    ],
    ['a request of the wrong type', URI, { columns: aColumn('request', 'BYTES') }, 'InvalidInput', 'got BYTES'],
    ['a table without a row', URI, { rows: [] }, 'InvalidInput', 'is empty'],
    [
      'a row that is wrong',
      URI,
      { rows: [['k', '{"contents":[]}', '1']] },
      'InvalidInput',
      `${URI}:1 (k) request.contents`,
    ],
    [
      '42: a row that isn’t JSON',
      URI,
      { columns: aColumn('request', 'STRING'), rows: [[request('well')], ['{oops']] },
      'InvalidInput',
      `${URI}:2 request`,
    ],
  ])('fails over %s with one clear error, and nothing is spent', async (_, input, table, type, message) => {
    const { columns = PROMPT_COLUMNS } = table;
    await tables.put(URI, { columns, rows: [columns.map(() => null)], ...table });
    const run = await world.start({ input });
    const failed = await run.result().catch((error: unknown) => error);
    expect(failed).toMatchObject({ result: { reason: { type, message: expect.stringContaining(message) } } });
    expectNothingSpent();
  });

  it.each(['europe-west4', 'US'])('14: fails over a table in %s before a row is read or copied', async (location) => {
    await tables.addDataset('acme', 'elsewhere', location);
    const input = 'bq://acme.elsewhere.prompts';
    await tables.put(input, { columns: PROMPT_COLUMNS, rows: rows(3) });
    const failed = await (await world.start({ input })).result().catch((error: unknown) => error);
    const message = expect.stringContaining(`lies in ${location}, the job would run in us-central1`);
    expect(failed).toMatchObject({ result: { reason: { type: 'InvalidInput', message } } });
    expect(callsOf('bigquery.read')).toEqual([]);
    expectNothingSpent();
  });

  it('50: waits for a right that is missing, says which and on what, and goes on when it is given', async () => {
    await tables.put(URI, { columns: PROMPT_COLUMNS, rows: rows(3) });
    world.emulator.setScenario({ access: { denied: ['bigquery.tables.getData'] } });
    const run = await world.start({ input: URI });
    const attention = async () => (await run.status()).attention;
    await waitFor(async () => (await attention()) !== null, { what: 'the run’s attention' });
    expect((await attention())?.message).toContain('bigquery.tables.getData on dataset acme.d. Mend it with: bq query');
    expectNothingSpent();
    world.emulator.setScenario({});
    expect(await run.result()).toMatchObject({ outcome: 'succeeded', rows: { answered: 3 } });
  });
});

function callsOf(call: string) {
  return world.emulator.calls().filter((one) => one.call === call);
}

function expectNothingSpent(): void {
  expect(world.emulator.jobs()).toEqual([]);
  expect(callsOf('create')).toEqual([]);
}
