import { expect, it } from 'vitest';

import { EmulatorBench } from '../../../support/an-emulator';

const DATASETS = '/bigquery/v2/projects/acme/datasets';
const FROM_TABLE = { instancesFormat: 'bigquery', bigquerySource: { inputUri: 'bq://acme.d.prompts' } };
const REQUEST = { contents: [{ role: 'user', parts: { text: 'Why?' } }] };

const COLUMNS = [
  { name: 'key', type: 'STRING' },
  { name: 'request', type: 'JSON' },
  { name: 'score', type: 'INTEGER' },
  { name: 'at', type: 'TIMESTAMP' },
];

function intoTable(outputUri: string): object {
  return { predictionsFormat: 'bigquery', bigqueryDestination: { outputUri } };
}

async function aBench(options: ConstructorParameters<typeof EmulatorBench>[0] = {}): Promise<EmulatorBench> {
  const bench = new EmulatorBench(options);
  await bench.json('POST', DATASETS, { datasetReference: { datasetId: 'd' }, location: 'us-central1' });
  await bench.json('POST', DATASETS, { datasetReference: { datasetId: 'us' }, location: 'US' });
  return bench;
}

async function aTable(
  bench: EmulatorBench,
  rows: readonly object[],
  fields: readonly object[] = COLUMNS,
): Promise<void> {
  const body = { tableReference: { tableId: 'prompts' }, schema: { fields } };
  await bench.json('POST', `${DATASETS}/d/tables`, body);
  if (rows.length > 0) await insert(bench, rows);
}

function insert(bench: EmulatorBench, rows: readonly object[]): Promise<unknown> {
  return bench.json('POST', `${DATASETS}/d/tables/prompts/insertAll`, { rows: rows.map((json) => ({ json })) });
}

function prompts(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `k${index}`,
    request: JSON.stringify(REQUEST),
    score: index,
    at: '2026-09-02T20:06:30Z',
  }));
}

interface Described {
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: string }[] };
}

async function columnsOf(bench: EmulatorBench, table: string): Promise<string[]> {
  const { schema } = await bench.json<Described>('GET', `${DATASETS}/d/tables/${table}`);
  return schema.fields.map(({ name, type }) => `${name} ${type}`);
}

async function rowsOf(bench: EmulatorBench, table: string): Promise<unknown[][]> {
  type Page = { rows?: { f: { v: unknown }[] }[] };
  const { rows = [] } = await bench.json<Page>('GET', `${DATASETS}/d/tables/${table}/data`);
  return rows.map(({ f }) => f.map(({ v }) => v));
}

it('41, 55, 56: a table is a source as files are', async () => {
  const bench = await aBench();
  await aTable(bench, prompts(600));
  const job = await bench.runStored({ inputConfig: FROM_TABLE });
  expect(job).toMatchObject({ state: 'JOB_STATE_SUCCEEDED', completionStats: { successfulCount: '600' } });
  const rows = await bench.outputRows();
  expect(new Set(rows.map(({ key }) => key)).size).toBe(600);
  expect(rows[0]).toMatchObject({ request: REQUEST, status: '', score: expect.any(Number) });
});

it('58, 60, 64: the requested table is made and gets the rows', async () => {
  const bench = await aBench();
  await aTable(bench, prompts(3));
  const job = await bench.runStored({ inputConfig: FROM_TABLE, outputConfig: intoTable('bq://acme.d.answers') });
  expect(job['outputInfo']).toEqual({ bigqueryOutputDataset: 'bq://acme.d', bigqueryOutputTable: 'answers' });
  expect(await rowsOf(bench, 'answers')).toHaveLength(3);
});

it('44, 65: the output has the input, response and status, and the other columns as they were', async () => {
  const bench = await aBench();
  await aTable(bench, prompts(1));
  await bench.runStored({ inputConfig: FROM_TABLE, outputConfig: intoTable('bq://acme.d.answers') });
  const columns = ['key STRING', 'request JSON', 'score INTEGER', 'at TIMESTAMP', 'response JSON', 'status STRING'];
  expect(await columnsOf(bench, 'answers')).toEqual(columns);
  const [[key, request, score, at, response, status] = []] = await rowsOf(bench, 'answers');
  expect([key, score, status]).toEqual(['k0', '0', '']);
  expect(JSON.parse(request as string)).toEqual(REQUEST);
  expect(Number(at)).toBe(Date.parse('2026-09-02T20:06:30Z') / 1000);
  expect(JSON.parse(response as string)).toMatchObject({ candidates: [{ finishReason: 'STOP' }], usageMetadata: {} });
});

it('11-13: files in and a table out', async () => {
  const bench = await aBench();
  await bench.put('gs://bucket/in.jsonl', [{ key: 'a', n: 1, request: REQUEST }]);
  await bench.runStored({ outputConfig: intoTable('bq://acme.d.answers') });
  expect(await columnsOf(bench, 'answers')).toEqual([
    'key STRING',
    'n FLOAT',
    'request JSON',
    'response JSON',
    'status STRING',
  ]);
  expect((await rowsOf(bench, 'answers'))[0]?.slice(0, 2)).toEqual(['a', '1']);
});

it('a dataset alone gets a table named by the time', async () => {
  const bench = await aBench();
  await aTable(bench, prompts(1));
  const job = await bench.runStored({ inputConfig: FROM_TABLE, outputConfig: intoTable('bq://acme.d') });
  const { bigqueryOutputTable } = job['outputInfo'] as Record<string, string>;
  expect(bigqueryOutputTable).toMatch(/^predictions_\d{4}_\d\d_\d\dT\d\d_\d\d_\d\d_\d+Z$/);
  expect(await rowsOf(bench, bigqueryOutputTable ?? '')).toHaveLength(1);
});

it('a project alone gets a dataset too', async () => {
  const bench = await aBench();
  await aTable(bench, prompts(1));
  const job = await bench.runStored({ inputConfig: FROM_TABLE, outputConfig: intoTable('bq://acme') });
  expect(job).toMatchObject({
    state: 'JOB_STATE_SUCCEEDED',
    outputInfo: { bigqueryOutputDataset: expect.stringMatching(/^bq:\/\/acme\.prediction_model_/) },
  });
});

it('a row that the model refuses has its status and keeps its columns', async () => {
  const bench = await aBench({ scenario: { rows: [{ outcome: 'resource-exhausted' }] } });
  await aTable(bench, prompts(1));
  await bench.runStored({ inputConfig: FROM_TABLE, outputConfig: intoTable('bq://acme.d.answers') });
  const [row = []] = await rowsOf(bench, 'answers');
  expect(row.slice(4)).toEqual(['{}', expect.stringContaining('RESOURCE_EXHAUSTED')]);
});

it('a request of type STRING is its text again in the output', async () => {
  const bench = await aBench();
  const text = JSON.stringify(REQUEST);
  await aTable(bench, [{ request: text }], [{ name: 'request', type: 'STRING' }]);
  await bench.runStored({ inputConfig: FROM_TABLE, outputConfig: intoTable('bq://acme.d.answers') });
  expect(await rowsOf(bench, 'answers')).toEqual([[text, expect.any(String), '']]);
});

it.each([
  ['row', { state: 'JOB_STATE_SUCCEEDED', completionStats: { failedCount: '1', successfulCount: '1' } }],
  ['job', { state: 'JOB_STATE_FAILED', error: { code: 3, message: expect.stringContaining('has no JSON: {oops') } }],
] as const)(
  '42: a request that is no JSON fails its %s, as the scenario says',
  async (unreadableRequests, expected) => {
    const bench = await aBench({ scenario: { bigquery: { unreadableRequests } } });
    const rows = [{ request: '{oops' }, { request: JSON.stringify(REQUEST) }];
    await aTable(bench, rows, [{ name: 'request', type: 'STRING' }]);
    expect(await bench.runStored({ inputConfig: FROM_TABLE })).toMatchObject(expected);
  },
);

const REQUEST_COLUMN = { name: 'request', type: 'JSON' };

it.each([
  ['no column request', [{ name: 'prompt', type: 'JSON' }], 'no column "request"'],
  ['a request of a wrong type', [{ name: 'request', type: 'INTEGER' }], 'must be STRING or JSON, not INTEGER'],
  ['45: a reserved name', [REQUEST_COLUMN, { name: 'response', type: 'JSON' }], 'Reserved column name "response"'],
  ['45: the other reserved name', [REQUEST_COLUMN, { name: 'Status', type: 'JSON' }], 'Reserved column name "Status"'],
  ['a list', [REQUEST_COLUMN, { name: 'tags', type: 'STRING', mode: 'REPEATED' }], '"tags" has type ARRAY<STRING>'],
  ...['RANGE', 'DATETIME', 'GEOGRAPHY'].map(
    (type) => [type, [REQUEST_COLUMN, { name: 'x', type }], `"x" has type ${type}`] as const,
  ),
] as const)('a job fails over a table with %s', async (_, fields, message) => {
  const bench = await aBench();
  await aTable(bench, [], fields);
  const error = { code: 3, message: expect.stringContaining(message) };
  expect(await bench.runStored({ inputConfig: FROM_TABLE })).toMatchObject({ state: 'JOB_STATE_FAILED', error });
});

it.each([
  ['an empty table', 'bq://acme.d.prompts', 3, 'no rows'],
  ['a table that is not there', 'bq://acme.d.none', 3, 'Not found: Table acme:d.none'],
  ['14: a dataset elsewhere', 'bq://acme.us.none', 3, 'acme:us was not found in location us-central1'],
])('a job fails over %s', async (_, inputUri, code, message) => {
  const bench = await aBench();
  await aTable(bench, []);
  const inputConfig = { instancesFormat: 'bigquery', bigquerySource: { inputUri } };
  const error = { code, message: expect.stringContaining(message) };
  expect(await bench.runStored({ inputConfig })).toMatchObject({ state: 'JOB_STATE_FAILED', error });
});

it('14: an output dataset elsewhere fails the job when its rows were run and paid for', async () => {
  const bench = await aBench();
  await aTable(bench, prompts(2));
  const job = await bench.runStored({ inputConfig: FROM_TABLE, outputConfig: intoTable('bq://acme.us.answers') });
  const message = 'Failed to export data. Not found: Dataset acme:us was not found in location us-central1';
  expect(job).toMatchObject({ state: 'JOB_STATE_FAILED', error: { code: 13, message } });
  expect(bench.emulator.jobs()[0]?.rows.billed).toBe(2);
});

it('an output table that is there already is refused before a row is run', async () => {
  const bench = await aBench();
  await aTable(bench, prompts(1));
  const job = await bench.runStored({ inputConfig: FROM_TABLE, outputConfig: intoTable('bq://acme.d.prompts') });
  expect(job).toMatchObject({ state: 'JOB_STATE_FAILED', error: { code: 9 } });
  expect(bench.emulator.jobs()[0]?.rows.billed).toBe(0);
});

it('a scenario appends to a table that is there, with the columns that it lacks', async () => {
  const bench = await aBench({ scenario: { bigquery: { existingTable: 'appended' } } });
  await aTable(bench, prompts(2));
  await bench.runStored({ inputConfig: FROM_TABLE, outputConfig: intoTable('bq://acme.d.prompts') });
  expect((await columnsOf(bench, 'prompts')).slice(4)).toEqual(['response JSON', 'status STRING']);
  const rows = await rowsOf(bench, 'prompts');
  expect(rows.map((row) => row[5])).toEqual([null, null, '', '']);
});

it('an output table is an input again, whose answered rows are not run a second time', async () => {
  const bench = await aBench({ scenario: { rows: [{ outcome: 'unavailable', containing: 'k1"', firstJobs: 1 }] } });
  await aTable(bench, prompts(3));
  await bench.runStored({ inputConfig: FROM_TABLE, outputConfig: intoTable('bq://acme.d.first') });
  const inputConfig = { instancesFormat: 'bigquery', bigquerySource: { inputUri: 'bq://acme.d.first' } };
  await bench.runStored({ inputConfig, outputConfig: intoTable('bq://acme.d.second') });
  expect(bench.emulator.jobs()[1]?.rows).toMatchObject({ input: 3, successful: 3, billed: 1 });
  expect(await columnsOf(bench, 'second')).toEqual(await columnsOf(bench, 'first'));
});

it('a cancelled job leaves the rows that were done', async () => {
  const bench = await aBench();
  await aTable(bench, prompts(10));
  const outputConfig = intoTable('bq://acme.d.answers');
  const { name } = await bench.create({ inputConfig: FROM_TABLE, outputConfig });
  await bench.emulator.advance(40);
  await bench.json('POST', `/v1/${name}:cancel`, {});
  await bench.emulator.advance(1000);
  const { rows } = bench.emulator.jobs()[0]!;
  expect(rows.successful).toBeGreaterThan(0);
  expect(rows.successful).toBeLessThan(10);
  expect(await rowsOf(bench, 'answers')).toHaveLength(rows.successful);
});

it('a table may be in any place for a job in global, or in none, as the scenario says', async () => {
  const bench = await aBench();
  await aTable(bench, prompts(1));
  const run = async () => {
    const { name } = await bench.create({ inputConfig: FROM_TABLE }, 'projects/acme/locations/global');
    await bench.emulator.advance(1000);
    return bench.get(name);
  };
  expect((await run()).state).toBe('JOB_STATE_SUCCEEDED');
  bench.emulator.setScenario({ bigquery: { globalJobs: 'refused' } });
  expect((await run()).error?.code).toBe(3);
});

it('a scenario lets output tables have the time at which a row was run', async () => {
  const bench = await aBench({ scenario: { bigquery: { processedTime: true } } });
  await aTable(bench, prompts(1));
  await bench.runStored({ inputConfig: FROM_TABLE, outputConfig: intoTable('bq://acme.d.answers') });
  expect((await columnsOf(bench, 'answers')).at(-1)).toBe('processed_time TIMESTAMP');
  expect(Number((await rowsOf(bench, 'answers'))[0]?.at(-1))).toBeGreaterThan(0);
});
