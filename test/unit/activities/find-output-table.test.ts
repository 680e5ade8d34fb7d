import { describe, expect, it } from 'vitest';
import { collectRange } from '../../../src/activities/collect-range';
import { copyOutputTable } from '../../../src/activities/copy-output-table';
import { findOutputs } from '../../../src/activities/find-outputs';
import { settlePart } from '../../../src/activities/settle-part';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import { TableStoreMemory, type MemoryTable } from '../../../src/gateways/table-store-memory';
import type { TableColumn, TableStore } from '../../../src/gateways/table-store';
import type { VertexJob } from '../../../src/gateways/vertex-jobs';
import { readJson } from '../../../src/rows/commits';
import type { JobOutputs } from '../../../src/rows/records';
import { readPlan } from '../../../src/rows/plan';
import { LIST_PRICES } from '../../../src/schemas/price-table';
import { testAttempt } from '../../support/attempt';
import { anEndedJob } from '../../support/job-output';
import { readLasting } from '../../support/output-side';
import { planPart, type PlannedPartOptions, RUN } from '../../support/planned-part';

const OWN = `bq://acme.answers.today_${RUN.key}_p1_r1_a1`;
const COLUMNS: readonly TableColumn[] = [
  { name: 'key', type: 'STRING', mode: 'NULLABLE' },
  { name: 'request', type: 'JSON', mode: 'NULLABLE' },
  { name: 'response', type: 'JSON', mode: 'NULLABLE' },
  { name: 'status', type: 'STRING', mode: 'NULLABLE' },
];
const ROWS = [
  ['a', '{"contents":[]}', '{"candidates":[]}', ''],
  ['b', '{"contents":[]}', null, 'Bad Request: {"error": {}}'],
];

function tableAt(uri: string, more: Partial<MemoryTable> = {}): TableStoreMemory {
  const tables = new TableStoreMemory();
  tables.put(uri, { columns: COLUMNS, rows: ROWS, ...more });
  return tables;
}

interface Finding {
  readonly outputTable?: string;
  readonly planned?: PlannedPartOptions;
  /** @default those of the output */
  readonly keys?: readonly (string | null)[];
}

async function linesOf(
  tables: TableStore,
  job: Partial<VertexJob>,
  { outputTable = 'bq://acme.answers.today', planned = { keyField: 'key' }, keys = ['a', 'b'] }: Finding = {},
) {
  const store = new MemoryObjectStore();
  const claim = { part: 1, round: 1, attempt: 1 };
  const rows = keys.map((key) => ({ ...(key !== null && { key }), request: { contents: [] } }));
  const planUri = await planPart(store, rows, planned);
  const input = { run: RUN, planUri, claim, handler: null, outputTable };
  const found = await findOutputs({ store, tables }, { ...input, job: anEndedJob(job) }, testAttempt());
  const { files } = await readJson<JobOutputs>(store, found.outputsUri);
  const chunks: Buffer[] = [];
  for (const { uri } of files) for await (const chunk of store.read(uri)) chunks.push(chunk);
  return Buffer.concat(chunks).toString().split('\n').filter(Boolean);
}

const LINES = [
  '{"key":"a","response":{"candidates":[]},"status":""}',
  '{"key":"b","status":"Bad Request: {\\"error\\": {}}"}',
];
/** With their requests. */
const WHOLE_LINES = [
  '{"key":"a","request":{"contents":[]},"response":{"candidates":[]},"status":""}',
  '{"key":"b","request":{"contents":[]},"status":"Bad Request: {\\"error\\": {}}"}',
];

describe('finding the table of a job', () => {
  it.each([
    ['the service names', 'bq://acme.other.predictions_1', { outputDirectory: 'bq://acme.other.predictions_1' }],
    ['the job was told, where the service names none', OWN, { outputDirectory: null }],
    ['the job was told, where the service names a dataset alone', OWN, { outputDirectory: 'bq://acme.answers' }],
  ])('takes the one that %s, row by row', async (_, uri, job) => {
    expect(await linesOf(tableAt(uri), job)).toEqual(LINES);
  });

  it('reads the requests as well where the table has no column of keys', async () => {
    expect(await linesOf(tableAt(OWN), { outputDirectory: OWN }, { planned: { keyField: 'id' } })).toEqual(WHOLE_LINES);
  });

  it('reads the requests as well once a row has no key, of which nothing else tells whose answer it is', async () => {
    const rows = [...ROWS, [null, '{"contents":[]}', '{"candidates":[]}', '']];
    expect(await linesOf(tableAt(OWN, { rows }), { outputDirectory: OWN })).toEqual([
      ...WHOLE_LINES,
      '{"request":{"contents":[]},"response":{"candidates":[]},"status":""}',
    ]);
  });

  it('reads no range again that is copied before the first one that has to be read in full', async () => {
    const store = new MemoryObjectStore();
    const keys = ['a', 'b', 'c', 'd'];
    const rows = keys.map((key) => [key === 'c' ? null : key, '{"contents":[]}', '{"candidates":[]}', '']);
    const tables = tableAt(OWN, { rows, bytes: 400 });
    await planPart(
      store,
      keys.map((key) => ({ key, request: {} })),
      { keyField: 'key' },
    );
    const plan = await readPlan(store, `${RUN.directory}plan.json`);
    const table = (await tables.find(OWN))!;
    const ofPart = { plan, part: 1 };
    const copied = await copyOutputTable({ store, tables }, table, 'gs://bucket/copy', ofPart, testAttempt(), {
      rangeBytes: 100,
    });
    const lines = await readLasting(store, copied.files[0]!.uri);
    expect(lines.map((line) => [line['key'], 'request' in line])).toEqual([
      ['a', false],
      ['b', false],
      [undefined, true],
      ['d', true],
    ]);
  });

  it.each([
    ['that isn’t there', new TableStoreMemory()],
    ['without a row', tableAt(OWN, { rows: [] })],
  ])('finds nothing in a table %s of a job that was cancelled', async (_, tables) => {
    expect(await linesOf(tables, { state: 'JOB_STATE_CANCELLED', outputDirectory: null })).toEqual([]);
  });

  it.each([
    ['deleted', 'bq://acme.answers.today', `wrote no table ${OWN}, or it is deleted or expired`],
    ['that nobody names', 'bq://acme', 'names no output table'],
  ])('doesn’t pay again for a job that succeeded into a table %s', async (_, outputTable, message) => {
    const reading = linesOf(new TableStoreMemory(), { outputDirectory: null }, { outputTable });
    await expect(reading).rejects.toMatchObject({ type: 'NotFound', message: expect.stringContaining(message) });
  });

  it('comes again for rows that are still streaming in', async () => {
    const reading = linesOf(tableAt(OWN, { isStreaming: true }), { outputDirectory: OWN });
    await expect(reading).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringContaining('streaming') });
  });

  it('comes again where rows were added while it read', async () => {
    const tables = tableAt(OWN);
    const growing: TableStore = {
      find: (uri) => tables.find(uri),
      findDataset: (uri) => tables.findDataset(uri),
      readRows: (...call) => tables.readRows(...call),
      async *readLines(...call) {
        for await (const lines of tables.readLines(...call)) {
          tables.put(OWN, { columns: COLUMNS, rows: [...ROWS, ...ROWS] });
          yield lines;
        }
      },
    };
    await expect(linesOf(growing, { outputDirectory: OWN })).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await linesOf(tables, { outputDirectory: OWN })).toHaveLength(4);
  });
});

describe('requests that were left out of the copy', () => {
  const KEYS = ['a', 'b', 'c'];
  const REFUSED = 'Bad Request: {"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT"}}';
  const echo = (key: string | null) => JSON.stringify({ contents: [{ parts: { text: `of ${key}`, fileData: null } }] });
  const table: MemoryTable = {
    columns: COLUMNS,
    rows: [
      ['a', echo('a'), '{"candidates":[{"content":{"parts":[{"text":"A"}]},"finishReason":"STOP"}]}', ''],
      ['b', echo('b'), null, REFUSED],
      ['c', echo('c'), null, REFUSED],
    ],
  };

  async function deadLettersAfter(change: (tables: TableStoreMemory) => void) {
    const store = new MemoryObjectStore();
    const tables = tableAt(OWN, table);
    const rows = KEYS.map((key) => ({ key, request: { contents: `of ${key}` }, note: 1 }));
    const planUri = await planPart(store, rows, { keyField: 'key', inputChanged: true });
    const job = anEndedJob({ outputDirectory: OWN });
    const place = { run: RUN, planUri, handler: null };
    const claim = { part: 1, round: 1, attempt: 1 };
    const outputTable = 'bq://acme.answers.today';
    const { outputsUri } = await findOutputs({ store, tables }, { ...place, claim, job, outputTable }, testAttempt());
    await collectRange({ store, handlers: {} }, { ...place, outputsUri, part: 1, round: 1, range: 0 }, testAttempt());
    change(tables);
    const settling = { ...place, part: 1, rounds: [{ round: 1, outputsUri, job }], final: true };
    const { deadLettersUri, imbalances } = await settlePart(
      { store, tables, prices: LIST_PRICES },
      settling,
      testAttempt(),
    );
    return { rows: await readLasting(store, deadLettersUri), imbalances };
  }

  it.each<readonly [string, (tables: TableStoreMemory) => void]>([
    ['as it was', () => undefined],
    ['described in other words since', (tables) => tables.put(OWN, table)],
  ])('are read from the table, %s, for rows that failed and whose input is gone', async (_, change) => {
    expect(await deadLettersAfter(change)).toEqual({
      rows: ['b', 'c'].map((key) => ({ key, request: { contents: [{ parts: { text: `of ${key}` } }] }, note: 1 })),
      imbalances: [],
    });
  });

  it.each<readonly [string, (tables: TableStoreMemory) => void]>([
    ['gone', (tables) => tables.drop(OWN)],
    ['another', (tables) => tables.put(OWN, { ...table, rows: table.rows.slice(1) })],
  ])('are lost, and said to be, where the table is %s', async (_, change) => {
    expect(await deadLettersAfter(change)).toEqual({
      rows: [],
      imbalances: ['dead letters that are lost, since the input is not there any more as it was: 2'],
    });
  });
});
