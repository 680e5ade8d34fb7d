import { afterEach, describe, expect, it } from 'vitest';
import { createEmulator, type EmulatorServer, type Scenario, serveEmulator } from '../../../src/emulator';
import { AccessTokensFixed } from '../../../src/gateways/access-tokens-google';
import type { StoredTable, TableColumn } from '../../../src/gateways/table-store';
import { TableStoreRest, type TableStoreRestOptions } from '../../../src/gateways/table-store-rest';
import { EmulatedTables } from '../../support/emulated-tables';
import { waitFor } from '../../support/wait-for';
import { describeTableStore } from '../../support/table-store-contract';

const URI = 'bq://acme.d.prompts';
const COLUMNS = [{ name: 'request', type: 'JSON', mode: 'NULLABLE' }] as const;

const servers: EmulatorServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A store of what answers requests at a port of this machine. */
async function storeOf(
  service: { fetch(request: Request): Promise<Response> },
  options: Partial<TableStoreRestOptions> = {},
): Promise<TableStoreRest> {
  const server = await serveEmulator(service);
  servers.push(server);
  return new TableStoreRest({ tokens: new AccessTokensFixed(), endpoint: server.url, retryDelayMs: 1, ...options });
}

async function onEmulator(scenario: Scenario = {}) {
  const emulator = createEmulator({ scenario });
  const tables = new EmulatedTables(emulator);
  await tables.addDataset('acme', 'd');
  return { emulator, store: await storeOf(emulator), put: tables.put.bind(tables) };
}

describeTableStore('TableStoreRest on the emulator', { open: onEmulator });

/** Answers every request with `answer`, and keeps what was asked. */
function recorder(answer: (request: Request) => Response) {
  const requests: Request[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    requests.push(request);
    return answer(request);
  };
  return { fetch, requests };
}

async function readAll(store: TableStoreRest, to: number): Promise<number> {
  let rows = 0;
  for await (const page of store.readRows(URI, { from: 0, to })) rows += page.length;
  return rows;
}

function aTable(rows: number, columns: readonly TableColumn[] = COLUMNS): StoredTable {
  const about = { type: 'TABLE', rows, bytes: 1, lastModified: '1', location: 'us-central1' };
  return { ...about, uri: URI, columns, expires: null, isStreaming: false };
}

async function linesOf(store: TableStoreRest, to: number, columns?: readonly TableColumn[]): Promise<string> {
  const table = aTable(to, columns);
  const pieces: Buffer[] = [];
  for await (const { lines } of store.readLines(table, [{ from: 0, to }])) pieces.push(Buffer.from(lines));
  return Buffer.concat(pieces).toString();
}

describe('TableStoreRest', () => {
  it("asks BigQuery's host with the token, and for time stamps that lose nothing", async () => {
    const { fetch, requests } = recorder(() => Response.json({ rows: [{ f: [{ v: null }] }] }));
    await readAll(new TableStoreRest({ tokens: new AccessTokensFixed('the-token'), fetch }), 1);
    expect(requests[0]?.url).toBe(
      'https://bigquery.googleapis.com/bigquery/v2/projects/acme/datasets/d/tables/prompts/data' +
        '?startIndex=0&maxResults=1&formatOptions.timestampOutputFormat=ISO8601_STRING&prettyPrint=false',
    );
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer the-token');
  });

  it('goes on behind a page that ended at its size', async () => {
    const { store, put, emulator } = await onEmulator();
    const large = JSON.stringify({ text: 'x'.repeat(4_000_000) });
    await put(URI, { columns: COLUMNS, rows: Array.from({ length: 5 }, () => [large]) });
    expect(await readAll(store, 5)).toBe(5);
    expect(emulator.calls().filter(({ call }) => call === 'bigquery.read')).toHaveLength(3);
  });

  it.each(['status', 'reset', 'truncate'] as const)('reads a page again after a fault of kind %s', async (kind) => {
    const fault = kind === 'truncate' ? { kind, afterBytes: 40 } : kind === 'status' ? { kind, status: 503 } : { kind };
    const { store, put } = await onEmulator({ faults: [{ call: 'bigquery.read', fault }] });
    await put(URI, { columns: COLUMNS, rows: [['{}'], ['{}']] });
    expect(await readAll(store, 2)).toBe(2);
  });

  it('writes rows as lines, whatever their pages are cut into, and parses those that the scanner leaves', async () => {
    const { store, put } = await onEmulator();
    const cells = [
      '{"a":1}',
      JSON.stringify('x'.repeat(3_000_000)),
      '{"b":[]}',
      JSON.stringify('y'.repeat(9_000_000)),
      '{}',
    ];
    await put(URI, { columns: COLUMNS, rows: cells.map((cell) => [cell]) });
    expect(await linesOf(store, 5)).toBe(cells.map((cell) => `{"request":${cell}}\n`).join(''));
  });

  it('writes lists as well, which it parses', async () => {
    const page = { rows: [{ f: [{ v: [{ v: 'a' }, { v: 'b' }] }] }] };
    const store = await storeOf(recorder(() => Response.json(page)));
    expect(await linesOf(store, 1, [{ name: 'tags', type: 'STRING', mode: 'REPEATED' }])).toBe(
      '{"tags":[{"v":"a"},{"v":"b"}]}\n',
    );
  });

  it.each(['status', 'reset', 'truncate'] as const)(
    'goes on behind the last whole row after a fault of kind %s',
    async (kind) => {
      const fault =
        kind === 'truncate' ? { kind, afterBytes: 700_000 } : kind === 'status' ? { kind, status: 503 } : { kind };
      const { store, put } = await onEmulator({ faults: [{ call: 'bigquery.read', fault }] });
      const cells = Array.from({ length: 100 }, (_, row) => JSON.stringify({ row, text: 'x'.repeat(10_000) }));
      await put(URI, { columns: COLUMNS, rows: cells.map((cell) => [cell]) });
      expect(await linesOf(store, 100)).toBe(cells.map((cell) => `{"request":${cell}}\n`).join(''));
    },
  );

  it('asks for some ranges before their turn, and lets go of those that nobody takes', async () => {
    const row = (request: Request) => Number(new URL(request.url).searchParams.get('startIndex'));
    const endless = () => new ReadableStream({ pull: (stream) => stream.enqueue(Buffer.from(' '.repeat(65_536))) });
    const page = { rows: [{ f: [{ v: '{}' }] }] };
    const service = recorder((request) => (row(request) < 2 ? Response.json(page) : new Response(endless())));
    const store = await storeOf(service);
    const ranges = Array.from({ length: 9 }, (_, from) => ({ from, to: from + 1 }));
    const asked = async () => {
      await waitFor(() => service.requests.length >= 4, { what: 'four requests' });
      return new Set(service.requests.map(row));
    };
    const lines = store.readLines(aTable(9), ranges);
    expect((await lines.next()).value).toMatchObject({ rows: 1 });
    expect(await asked()).toEqual(new Set([0, 1, 2, 3]));
    expect((await lines.next()).value).toMatchObject({ rows: 1 });
    await waitFor(() => service.requests.length === 5, { what: 'a fifth request' });
    const waiting = service.requests.filter((request) => row(request) >= 2);
    expect(waiting.map(({ signal }) => signal.aborted)).toEqual([false, false, false]);
    await lines.return(undefined);
    await waitFor(() => waiting.every(({ signal }) => signal.aborted), { what: 'the end of all answers' });
  });

  it('says which row is gone, of lines as of cells', async () => {
    const { store, put } = await onEmulator();
    await put(URI, { columns: COLUMNS, rows: [['{}']] });
    await expect(linesOf(store, 2)).rejects.toMatchObject({
      kind: 'precondition',
      message: expect.stringContaining(`row 1 of ${URI}`),
    });
  });

  it.each([
    ['no page', () => Response.json({ rows: 'x' })],
    ["a proxy's page", () => new Response('<html>', { status: 200 })],
    ['more rows than were asked for', () => Response.json({ rows: [1, 2].map(() => ({ f: [{ v: '{}' }] })) })],
  ])('takes %s for an outage where it reads lines', async (_, answer) => {
    const store = await storeOf(recorder(answer), { retries: 0 });
    await expect(linesOf(store, 1)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('says which role is missing', async () => {
    const { store, put } = await onEmulator({ access: { denied: ['bigquery.tables.getData'] } });
    await put(URI, { columns: COLUMNS, rows: [['{}']] });
    await expect(readAll(store, 1)).rejects.toMatchObject({
      kind: 'permission',
      message: expect.stringMatching(
        /^Cannot read rows 0 to 1 of bq:\/\/acme\.d\.prompts: .*roles\/bigquery\.dataViewer/,
      ),
    });
  });

  it.each([
    ['no page', () => Response.json({ rows: 'x' })],
    ['a row without cells', () => Response.json({ rows: [{}] })],
    ["a proxy's page", () => new Response('<html>', { status: 200 })],
  ])('takes %s for an outage', async (_, answer) => {
    const store = await storeOf(recorder(answer), { retries: 0 });
    await expect(readAll(store, 1)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('takes a table without a schema, as a view may be', async () => {
    const { fetch } = recorder(() =>
      Response.json({
        tableReference: { projectId: 'acme', datasetId: 'd', tableId: 'v' },
        ...{ type: 'VIEW', lastModifiedTime: '1', location: 'US' },
      }),
    );
    const store = new TableStoreRest({ tokens: new AccessTokensFixed(), fetch });
    expect(await store.find('bq://acme.d.v')).toMatchObject({ type: 'VIEW', rows: 0, columns: [] });
  });
});
