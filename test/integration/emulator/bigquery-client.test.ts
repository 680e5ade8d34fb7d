import { BigQuery } from '@google-cloud/bigquery';
import { Storage } from '@google-cloud/storage';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createEmulator, serveEmulator } from '../../../src/emulator';
import type { Emulator, EmulatorServer } from '../../../src/emulator';

let emulator: Emulator;
let server: EmulatorServer;
let bigQuery: BigQuery;

const SCHEMA = [
  { name: 'key', type: 'STRING', mode: 'REQUIRED' },
  { name: 'request', type: 'JSON' },
  { name: 'count', type: 'INT64' },
  { name: 'tags', type: 'STRING', mode: 'REPEATED' },
  { name: 'place', type: 'RECORD', fields: [{ name: 'city', type: 'STRING' }] },
  { name: 'at', type: 'TIMESTAMP' },
];

const JSON_LINES = { sourceFormat: 'NEWLINE_DELIMITED_JSON', schema: { fields: SCHEMA } };

beforeAll(async () => {
  emulator = createEmulator();
  emulator.blobs.createBucket('bucket');
  server = await serveEmulator(emulator);
  bigQuery = new BigQuery({ apiEndpoint: server.url, projectId: 'acme' });
});

afterAll(async () => {
  await server.close();
  await emulator.close();
});

it('makes, describes, lists and deletes datasets and tables', async () => {
  const [dataset] = await bigQuery.createDataset('made', { location: 'us-central1' });
  const [table] = await dataset.createTable('prompts', { schema: SCHEMA, labels: { stage: 'test' } });
  const [metadata] = await table.getMetadata();
  expect(metadata).toMatchObject({ type: 'TABLE', numRows: '0', location: 'us-central1', labels: { stage: 'test' } });
  expect((await dataset.getTables())[0].map(({ id }) => id)).toEqual(['prompts']);
  await expect(dataset.delete()).rejects.toThrow('Dataset acme:made is still in use');
  await dataset.delete({ force: true });
  await expect(table.getMetadata()).rejects.toMatchObject({ code: 404, message: 'Not found: Dataset acme:made' });
});

it('streams rows in and reads every type back', async () => {
  const [dataset] = await bigQuery.createDataset('streamed');
  const [table] = await dataset.createTable('rows', { schema: SCHEMA });
  const row = { key: 'a', request: '{"b": 1, "a": [true]}', count: 9007, tags: ['x', 'y'], place: { city: 'Rome' } };
  await table.insert([{ ...row, at: '2026-09-02T20:06:30.166279Z' }, { key: 'b' }]);
  const [rows] = await table.getRows();
  expect(rows).toEqual([
    { ...row, request: '{"a":[true],"b":1}', at: { value: '2026-09-02T20:06:30.166279000Z' } },
    { key: 'b', request: null, count: null, tags: [], place: null, at: null },
  ]);
});

it('names the rows that do not fit and takes none of the others', async () => {
  const [dataset] = await bigQuery.createDataset('refused');
  const [table] = await dataset.createTable('rows', { schema: SCHEMA });
  const refused = table.insert([{ key: 'a' }, { key: 'b', colour: 'red' }]);
  await expect(refused).rejects.toMatchObject({ name: 'PartialFailureError' });
  expect((await table.getRows())[0]).toEqual([]);
});

it('loads objects under an id that can be used once', async () => {
  const [dataset] = await bigQuery.createDataset('loaded', { location: 'us-central1' });
  const file = new Storage({ apiEndpoint: server.url, projectId: 'acme' }).bucket('bucket').file('rows.jsonl');
  await file.save(Array.from({ length: 1000 }, (_, index) => `{"key":"k${index}","count":${index}}\n`).join(''));
  const table = dataset.table('rows');
  // the client takes the id out of the options that it is given
  const start = () => table.createLoadJob(file, { ...JSON_LINES, jobId: 'only-once' });
  const [job] = await start();
  await job.promise();
  await expect(start()).rejects.toMatchObject({
    code: 409,
    errors: [expect.objectContaining({ reason: 'duplicate' })],
  });
  const [rows] = await table.getRows({
    startIndex: '990',
    maxResults: 5,
    selectedFields: 'count',
    autoPaginate: false,
  });
  expect(rows).toEqual([990, 991, 992, 993, 994].map((count) => ({ count })));
  const [all] = await table.getRows();
  expect(all).toHaveLength(1000);
});

it('fails a load whose rows do not fit, and leaves nothing of it', async () => {
  const [dataset] = await bigQuery.createDataset('failed', { location: 'us-central1' });
  const file = new Storage({ apiEndpoint: server.url, projectId: 'acme' }).bucket('bucket').file('bad.jsonl');
  await file.save('{"key":"a"}\n{"key":"b","colour":"red"}\n');
  const [job] = await dataset.table('rows').createLoadJob(file, JSON_LINES);
  await expect(job.promise()).rejects.toThrow('JSON table encountered too many errors, giving up. Rows: 2; errors: 1.');
  expect(await dataset.table('rows').exists()).toEqual([false]);
});

it('answers the two statements that it knows', async () => {
  const [dataset] = await bigQuery.createDataset('asked');
  const [table] = await dataset.createTable('rows', { schema: [{ name: 'n', type: 'INT64' }] });
  await table.insert([{ n: 1 }, { n: 2 }, { n: 3 }]);
  expect((await bigQuery.query('SELECT * FROM `acme.asked.rows` LIMIT 2'))[0]).toEqual([{ n: 1 }, { n: 2 }]);
  expect((await bigQuery.query('SELECT COUNT(*) AS n FROM `acme.asked.rows`'))[0]).toEqual([{ n: 3 }]);
  await expect(bigQuery.query('SELECT n + 1 FROM `acme.asked.rows`')).rejects.toThrow('This emulator is no database');
});
