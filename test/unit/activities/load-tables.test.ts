import { describe, expect, it } from 'vitest';
import type { LoadTablesInput } from '../../../src/activities/contract';
import { loadTables } from '../../../src/activities/load-tables';
import { createEmulator, type Scenario } from '../../../src/emulator';
import { AccessTokensFixed } from '../../../src/gateways/access-tokens-google';
import type { LoadJobs } from '../../../src/gateways/load-jobs';
import { LoadJobsRest } from '../../../src/gateways/load-jobs-rest';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import { TableStoreRest } from '../../../src/gateways/table-store-rest';
import { testAttempt } from '../../support/attempt';
import { linesOfRows } from '../../../src/schemas/table-line';
import { EmulatedTables } from '../../support/emulated-tables';
import { RUN } from '../../support/planned-part';

const TABLE = 'bq://acme.d.answers';
const SOURCE = 'gs://acme/results/part-1.jsonl';
const INPUT: LoadTablesInput = {
  run: RUN,
  project: 'acme',
  manifestUri: 'gs://acme/manifest.json',
  tables: [{ purpose: 'results', uri: TABLE }],
};

async function aBench(scenario: Scenario = {}, rows = 3) {
  const emulator = createEmulator({ scenario });
  emulator.blobs.createBucket('acme');
  const made = new EmulatedTables(emulator);
  await made.addDataset('acme', 'd');
  const options = {
    tokens: new AccessTokensFixed(),
    endpoint: 'http://localhost',
    fetch: (request: Request) => emulator.fetch(request),
  };
  const store = new MemoryObjectStore();
  const files = [{ purpose: 'results', uri: SOURCE, rows }];
  await store.write(INPUT.manifestUri, JSON.stringify({ files: rows === 0 ? [] : files }));
  const tables = new TableStoreRest(options);
  const gateways = { store, tables, loads: new LoadJobsRest(options) as LoadJobs, guard: { timeScale: 0.01 } };
  const put = (name: string, lines: string) => emulator.blobs.write('acme', name, once(lines));
  return {
    gateways,
    made,
    putSource: async () => {
      const lines = Array.from({ length: rows }, (_, row) => `{"key":"k${row}","outcome":"answered"}\n`).join('');
      await put('results/part-1.jsonl', lines);
    },
    putLetters: async (lines: string) => {
      const uri = 'gs://acme/dead-letters.jsonl';
      await put('dead-letters.jsonl', lines);
      const { generation, size: bytes, crc32c } = await store.write(uri, lines);
      const letters = { purpose: 'dead-letters', uri, generation, bytes, crc32c, rows: lines.split('\n').length - 1 };
      await store.write(INPUT.manifestUri, JSON.stringify({ files: [letters] }));
    },
    loads: () => emulator.calls().filter(({ call }) => call === 'bigquery.load').length,
    rows: async () => (await tables.find(TABLE))?.rows,
  };
}

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

describe('loading results into a table', () => {
  it('by two attempts at once puts every row there once', async () => {
    const { gateways, putSource, rows } = await aBench({ bigquery: { loadMs: 50 } });
    await putSource();
    const attempts = [1, 2].map(() => loadTables(gateways, INPUT, testAttempt()));
    const loaded = [{ purpose: 'results', uri: TABLE, rows: 3 }];
    expect(await Promise.all(attempts)).toEqual([loaded, loaded]);
    expect(await rows()).toBe(3);
  });

  it('takes the next id after a load that failed, since an id can be used once', async () => {
    const { gateways, putSource, rows, loads } = await aBench();
    await expect(loadTables(gateways, INPUT, testAttempt())).rejects.toMatchObject({
      type: 'InvalidRequest',
      message: expect.stringMatching(
        /^Load job vertex_batch_[0-9a-f]{32}_results_1 into bq:\/\/acme\.d\.answers failed/,
      ),
    });
    await putSource();
    expect(await loadTables(gateways, INPUT, testAttempt())).toMatchObject([{ rows: 3 }]);
    expect(await rows()).toBe(3);
    expect(loads()).toBe(3);
  });

  it('comes again after a failure of the service’s own', async () => {
    const { gateways } = await aBench();
    const loads: LoadJobs = {
      begin: async () => 'begun',
      find: async () => ({ kind: 'failed', reason: 'backendError', message: 'Try again.' }),
    };
    await expect(loadTables({ ...gateways, loads }, INPUT, testAttempt())).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });

  it('says where an earlier execution had loaded other rows, and adds none', async () => {
    const { gateways, putSource, rows } = await aBench();
    await putSource();
    await loadTables(gateways, INPUT, testAttempt());
    await gateways.store.write(
      'gs://acme/later.json',
      JSON.stringify({ files: [{ purpose: 'results', uri: SOURCE, rows: 5 }] }),
    );
    const attempt = testAttempt();
    await loadTables(gateways, { ...INPUT, manifestUri: 'gs://acme/later.json' }, attempt);
    expect(attempt.warnings.join()).toContain('put 3 rows into bq://acme.d.answers, and the run has 5');
    expect(await rows()).toBe(3);
  });

  it('gives dead letters a table of the run’s own, with columns for every field', async () => {
    const { gateways, putLetters, loads } = await aBench();
    const lines =
      '{"key":"a","request":{"contents":[]},"score":7}\n{"key":"b","request":{"contents":[]},"day":"2026-11-22"}\n';
    await putLetters(lines);
    const input = { ...INPUT, tables: [{ purpose: 'dead-letters', uri: 'bq://acme.d.unanswered' }] } as const;
    const uri = `bq://acme.d.unanswered_${RUN.key}`;
    const loaded = [{ purpose: 'dead-letters', uri, rows: 2 }];
    expect(await loadTables(gateways, input, testAttempt())).toEqual(loaded);
    expect(await loadTables(gateways, input, testAttempt())).toEqual(loaded);
    expect(loads()).toBe(2);
    const table = await gateways.tables.find(uri);
    const read: Buffer[] = [];
    const toLines = linesOfRows(table!.columns);
    for await (const page of gateways.tables.readRows(uri, { from: 0, to: 2 })) read.push(toLines(page).lines);
    expect(Buffer.concat(read).toString()).toBe(lines);
  });

  it('begins nothing for a run without a row', async () => {
    const { gateways, loads } = await aBench({}, 0);
    expect(await loadTables(gateways, INPUT, testAttempt())).toEqual([{ purpose: 'results', uri: TABLE, rows: 0 }]);
    expect(loads()).toBe(0);
  });

  it.each([
    ['whose dataset isn’t there', 'bq://acme.none.answers', 'make acme:none first'],
    ['that is a view', 'bq://acme.d.view', 'is a VIEW'],
    ['without a column for keys', 'bq://acme.d.other', 'has no column "key" of type STRING'],
  ])('refuses a table %s', async (_, uri, message) => {
    const { gateways, made } = await aBench();
    await made.put('bq://acme.d.view', { columns: [], rows: [], type: 'VIEW' });
    await made.put('bq://acme.d.other', { columns: [{ name: 'id', type: 'STRING', mode: 'NULLABLE' }], rows: [] });
    const input = { ...INPUT, tables: [{ purpose: 'results', uri }] } as const;
    await expect(loadTables(gateways, input, testAttempt())).rejects.toMatchObject({
      type: 'InvalidRequest',
      message: expect.stringContaining(message),
    });
  });
});
