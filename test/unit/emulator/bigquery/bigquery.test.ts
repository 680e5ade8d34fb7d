import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { EmulatorBench } from '../../../support/an-emulator';

const DATASETS = '/bigquery/v2/projects/acme/datasets';
const TABLES = `${DATASETS}/d/tables`;

interface Page {
  readonly rows?: readonly { readonly f: readonly { readonly v: unknown }[] }[];
  readonly pageToken?: string;
  readonly totalRows: string;
}

async function aBench(options: ConstructorParameters<typeof EmulatorBench>[0] = {}): Promise<EmulatorBench> {
  const bench = new EmulatorBench(options);
  await bench.json('POST', DATASETS, { datasetReference: { datasetId: 'd' }, location: 'us-central1' });
  return bench;
}

function aDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'bigquery-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

function aTable(bench: EmulatorBench, tableId: string, more: object = {}): Promise<unknown> {
  const schema = { fields: [{ name: 'n', type: 'INTEGER' }] };
  return bench.json('POST', TABLES, { tableReference: { tableId }, schema, ...more });
}

function insert(bench: EmulatorBench, count: number): Promise<unknown> {
  const rows = Array.from({ length: count }, (_, n) => ({ json: { n } }));
  return bench.json('POST', `${TABLES}/t/insertAll`, { rows });
}

it.each([0, 1, 255, 256, 257, 600, 1199])(
  'row %i of rows that came in two goes is found by its index',
  async (index) => {
    const bench = await aBench();
    await aTable(bench, 't');
    await insert(bench, 600);
    await insert(bench, 600);
    const page = await bench.json<Page>('GET', `${TABLES}/t/data?startIndex=${index}&maxResults=1`);
    expect(page.rows).toEqual([{ f: [{ v: String(index % 600) }] }]);
    expect(page.totalRows).toBe('1200');
  },
);

it('a page token leads to every row once', async () => {
  const bench = await aBench();
  await aTable(bench, 't');
  await insert(bench, 700);
  const seen: unknown[] = [];
  for (let token: string | undefined = ''; token !== undefined;) {
    const page: Page = await bench.json<Page>('GET', `${TABLES}/t/data?maxResults=300&pageToken=${token}`);
    seen.push(...(page.rows ?? []).map(({ f }) => f[0]?.v));
    token = page.pageToken;
  }
  expect(seen).toEqual(Array.from({ length: 700 }, (_, n) => String(n)));
});

it.each([
  ['a view cannot be read by index', 'GET', `${TABLES}/view/data`, 400, 'invalid', 'Cannot list a table of type VIEW.'],
  ['a table that is not there', 'GET', `${TABLES}/none`, 404, 'notFound', 'Not found: Table acme:d.none'],
  ['a dataset that is not there', 'GET', `${DATASETS}/none`, 404, 'notFound', 'Not found: Dataset acme:none'],
  ['a field that is not there', 'GET', `${TABLES}/t/data?selectedFields=x`, 400, 'invalid', 'No such field: x.'],
  ['a page token of somebody else', 'GET', `${TABLES}/t/data?pageToken=x`, 400, 'invalid', 'Invalid page token'],
  [
    'an index that is no number',
    'GET',
    `${TABLES}/t/data?startIndex=x`,
    400,
    'invalid',
    expect.stringContaining('startIndex'),
  ],
  ['a job that is not there', 'GET', '/bigquery/v2/projects/acme/jobs/j', 404, 'notFound', 'Not found: Job acme:j'],
])('%s is refused as the service does', async (_, method, path, code, reason, message) => {
  const bench = await aBench();
  await aTable(bench, 't');
  await aTable(bench, 'view', { view: { query: 'SELECT 1' } });
  const response = await bench.call(method, path);
  expect(response.status).toBe(code);
  expect(await response.json()).toMatchObject({ error: { code, message, errors: [{ domain: 'global', reason }] } });
});

it('a table that has expired is gone', async () => {
  const bench = await aBench();
  await aTable(bench, 't', { expirationTime: String(Math.round(bench.emulator.clock.now()) + 1000) });
  expect((await bench.call('GET', `${TABLES}/t`)).status).toBe(200);
  await bench.emulator.advance(2000);
  expect((await bench.call('GET', `${TABLES}/t`)).status).toBe(404);
});

it('a scenario lets a read of rows fail and not the look at their table', async () => {
  const fault = { kind: 'status', status: 503 } as const;
  const bench = await aBench({ scenario: { faults: [{ call: 'bigquery.read', fault }] } });
  await aTable(bench, 't');
  expect((await bench.call('GET', `${TABLES}/t`)).status).toBe(200);
  expect((await bench.call('GET', `${TABLES}/t/data`)).status).toBe(503);
  expect((await bench.call('GET', `${TABLES}/t/data`)).status).toBe(200);
});

it.each([
  ['GET', `${TABLES}/t`, 'bigquery.tables.get', 'denied on table acme:d.t (or it may not exist).'],
  ['GET', `${TABLES}/t/data`, 'bigquery.tables.getData', 'denied on table acme:d.t (or it may not exist).'],
  ['POST', TABLES, 'bigquery.tables.create', 'denied on dataset acme:d (or it may not exist).'],
  ['POST', '/bigquery/v2/projects/acme/jobs', 'bigquery.jobs.create', 'permission in project acme.'],
])('%s %s needs %s', async (method, path, permission, message) => {
  const bench = await aBench();
  await aTable(bench, 't');
  bench.emulator.setScenario({ access: { denied: [permission] } });
  const response = await bench.call(method, path, method === 'POST' ? {} : undefined);
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining(message) } });
  const asked = { permissions: [permission, 'bigquery.other'] };
  const held = await bench.json('POST', `${TABLES}/t:testIamPermissions`, asked);
  expect(held).toEqual({ permissions: ['bigquery.other'] });
});

it('a load names the object that is not there', async () => {
  const bench = await aBench();
  const load = {
    sourceUris: ['gs://bucket/none.jsonl'],
    sourceFormat: 'NEWLINE_DELIMITED_JSON',
    autodetect: true,
    destinationTable: { datasetId: 'd', tableId: 't' },
  };
  const jobReference = { jobId: 'j' };
  await bench.json('POST', '/bigquery/v2/projects/acme/jobs', { jobReference, configuration: { load } });
  await bench.emulator.advance(100);
  const errorResult = { reason: 'notFound', message: 'Not found: URI gs://bucket/none.jsonl' };
  expect(await bench.json('GET', '/bigquery/v2/projects/acme/jobs/j')).toMatchObject({
    jobReference: { location: 'us-central1' },
    status: { state: 'DONE', errorResult },
  });
});

it('a table that grows by the row has a journal as long as its rows, and a restart finds them all', async () => {
  const directory = aDirectory();
  const bench = await aBench({ storage: { directory } });
  await aTable(bench, 't');
  await insert(bench, 1);
  const journal = () => readFileSync(join(directory, 'tables', 'journal.jsonl'), 'utf8');
  const short = journal().length;
  await insert(bench, 1);
  const event = journal().length - short;
  for (let times = 0; times < 48; times += 1) await insert(bench, 1);
  expect(journal().length).toBeLessThan(short + 50 * event);
  const reopened = new EmulatorBench({ storage: { directory } });
  expect(await reopened.json<Page>('GET', `${TABLES}/t/data`)).toMatchObject({ totalRows: '50' });
});

it('a load finds the types of its rows and may replace what stood there, and a restart keeps it', async () => {
  const directory = aDirectory();
  const bench = await aBench({ storage: { directory } });
  await aTable(bench, 't');
  await insert(bench, 3);
  await bench.put('gs://bucket/in.jsonl', [{ key: 'a', deep: { n: 1.5 }, tags: ['x'] }]);
  const load = {
    sourceUris: ['gs://bucket/in*'],
    sourceFormat: 'NEWLINE_DELIMITED_JSON',
    autodetect: true,
    writeDisposition: 'WRITE_TRUNCATE',
    destinationTable: { datasetId: 'd', tableId: 't' },
  };
  await bench.json('POST', '/bigquery/v2/projects/acme/jobs', { configuration: { load } });
  await bench.emulator.advance(100);
  const reopened = new EmulatorBench({ storage: { directory } });
  const page = await reopened.json<Page>('GET', `${TABLES}/t/data`);
  expect(page.rows).toEqual([{ f: [{ v: 'a' }, { v: { f: [{ v: '1.5' }] } }, { v: [{ v: 'x' }] }] }]);
});
