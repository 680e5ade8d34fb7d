import { describe, expect, it } from 'vitest';
import { findOutputs } from '../../../src/activities/find-outputs';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import { TableStoreMemory, type MemoryTable } from '../../../src/gateways/table-store-memory';
import type { TableColumn, TableStore } from '../../../src/gateways/table-store';
import type { VertexJob } from '../../../src/gateways/vertex-jobs';
import { readJson } from '../../../src/rows/commits';
import type { JobOutputs } from '../../../src/rows/records';
import { testAttempt } from '../../support/attempt';
import { anEndedJob } from '../../support/job-output';
import { RUN } from '../../support/planned-part';

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

async function linesOf(tables: TableStore, job: Partial<VertexJob>, outputTable = 'bq://acme.answers.today') {
  const store = new MemoryObjectStore();
  const claim = { part: 1, round: 1, attempt: 1 };
  const input = { run: RUN, planUri: `${RUN.directory}plan.json`, claim, handler: null, outputTable };
  const found = await findOutputs({ store, tables }, { ...input, job: anEndedJob(job) }, testAttempt());
  const { files } = await readJson<JobOutputs>(store, found.outputsUri);
  const chunks: Buffer[] = [];
  for (const { uri } of files) for await (const chunk of store.read(uri)) chunks.push(chunk);
  return Buffer.concat(chunks).toString().split('\n').filter(Boolean);
}

const LINES = [
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
    const reading = linesOf(new TableStoreMemory(), { outputDirectory: null }, outputTable);
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
