import { describe, expect, it } from 'vitest';
import { tableProblem } from '../../../../src/domain/input-table';
import { MemoryObjectStore } from '../../../../src/gateways/object-store-memory';
import { dataObject } from '../../../../src/rows/commits';
import { deadLetterColumns } from '../../../../src/rows/tables/dead-letters-table';

const REQUEST = { contents: [] };

/** The columns for rows that lie in so many files. */
async function columnsFor(...files: readonly (readonly object[])[]) {
  const store = new MemoryObjectStore();
  const objects = await Promise.all(
    files.map(async (rows, n) => {
      const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      return dataObject(await store.write(`gs://acme/${n}.jsonl`, lines), rows.length);
    }),
  );
  return deadLetterColumns(store, objects, { heartbeat: () => undefined });
}

describe('the columns of a table of dead letters', () => {
  it.each<readonly [string, readonly object[], readonly string[]]>([
    ['text is text', [{ id: 'a', request: REQUEST }], ['id STRING', 'request JSON']],
    ['numbers are JSON', [{ key: 7, request: REQUEST }], ['key JSON', 'request JSON']],
    ['text in one row and a number in another are JSON', [{ n: 'a' }, { n: 1 }, { n: 'b' }], ['n JSON']],
    ['null is of no type', [{ n: null, request: REQUEST }, { n: 'a' }, { n: null }], ['request JSON', 'n STRING']],
    ['what is null in every row has none', [{ n: null, request: REQUEST }], ['request JSON']],
    ['lists and objects are JSON', [{ tags: ['a'], of: { n: 1 } }], ['tags JSON', 'of JSON']],
    ['names that differ in case alone are one', [{ Key: 'a', key: 1 }, { key: 2 }], ['Key STRING']],
    ['no column is called so', [{ 'a b': 1, $id: 1, '1st': 1, '': 1, request: REQUEST }], ['request JSON']],
    ['names of the output are left out', [{ response: 1, Status: 'a', request: REQUEST }], ['request JSON']],
  ])('%s', async (_, rows, expected) => {
    const columns = await columnsFor(rows);
    expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual(expected);
  });

  it('are those of all files, and a job can read them', async () => {
    const columns = await columnsFor([{ key: 'a', request: REQUEST }], [{ key: 'b', request: REQUEST, score: 1 }]);
    expect(columns.map(({ name }) => name)).toEqual(['key', 'request', 'score']);
    const table = { uri: 'bq://acme.d.t', type: 'TABLE', location: 'us-central1', isStreaming: false, columns };
    expect(tableProblem(table)).toBeUndefined();
  });
});
