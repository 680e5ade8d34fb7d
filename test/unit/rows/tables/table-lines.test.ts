import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TableColumn } from '../../../../src/gateways/table-store';
import { TableStoreMemory } from '../../../../src/gateways/table-store-memory';
import { findInputTable } from '../../../../src/rows/tables/input-table';
import { AnswerSizes, readTableLines, rowRanges } from '../../../../src/rows/tables/read-table-lines';
import { tableLines } from '../../../../src/schemas/table-line';

const URI = 'bq://acme.d.prompts';

function columns(...given: readonly string[]): TableColumn[] {
  return given.map((text) => {
    const [name = '', type = '', mode = 'NULLABLE'] = text.split(' ');
    return { name, type, mode: mode as TableColumn['mode'] };
  });
}

describe('tableLines', () => {
  it.each([
    ['JSON as it is', 'request JSON', '{"a":1e400}', '{"request":{"a":1e400}}'],
    ['a request in a STRING', 'request STRING', '{"a": 1}', '{"request":{"a": 1}}'],
    ['line breaks of JSON as white space', 'request STRING', '{\r\n"a": "\\n"\n}', '{"request":{  "a": "\\n" }}'],
    [
      'a request that is no JSON as a text',
      'request STRING',
      '{"a":1},"key":"x"',
      '{"request":"{\\"a\\":1},\\"key\\":\\"x\\""}',
    ],
    ['an integer past 2^53 digit by digit', 'id INTEGER', '9007199254740993', '{"id":9007199254740993}'],
    ['a number', 'score FLOAT', '1.0', '{"score":1}'],
    ['what is no number in JSON', 'score FLOAT', 'NaN', '{"score":"NaN"}'],
    ['a boolean', 'isNew BOOLEAN', 'true', '{"isNew":true}'],
    ['any other type as a text', 'at TIMESTAMP', '2026-09-02T00:00:00Z', '{"at":"2026-09-02T00:00:00Z"}'],
    ['a text with quotes', 'key STRING', 'a"b', '{"key":"a\\"b"}'],
    ['NULL as nothing', 'key STRING', null, '{}'],
  ])('writes %s', (_, column, cell, line) => {
    expect(tableLines(columns(column))([cell])).toBe(line);
  });

  it('writes JSON whatever a STRING holds', () => {
    const toLine = tableLines(columns('key STRING', 'request STRING'));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (key, request) => {
        const line = toLine([key, request]);
        expect(line).not.toMatch(/[\r\n]/);
        expect(Object.keys(JSON.parse(line) as object)).toEqual(['key', 'request']);
      }),
    );
  });
});

describe('rowRanges', () => {
  it('owns every row once', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(1e9), fc.integer({ min: 1, max: 1e8 }), (rows, bytes, rangeBytes) => {
        const ranges = rowRanges({ rows, bytes }, rangeBytes);
        expect(ranges.reduce((next, { from, to }) => (from === next && to > from ? to : Number.NaN), 0)).toBe(rows);
      }),
    );
  });
});

describe('AnswerSizes', () => {
  it('asks for every row of each range once, whatever rows took', () => {
    const ranges = [
      { from: 5, to: 70 },
      { from: 70, to: 71 },
      { from: 200, to: 1000 },
    ];
    fc.assert(
      fc.property(fc.nat(1e9), fc.array(fc.nat(1e6), { minLength: 1 }), (bytes, taken) => {
        const sizes = new AnswerSizes({ rows: 1000, bytes });
        const asked: number[] = [];
        for (const { from, to } of sizes.cut(ranges)) {
          for (let row = from; row < to; row += 1) asked.push(row);
          sizes.note({ rows: to - from, lines: Buffer.alloc(taken[asked.length % taken.length]!) });
          expect(ranges.some((range) => range.from <= from && to <= range.to)).toBe(true);
        }
        expect(asked).toEqual(
          ranges.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, row) => from + row)),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('asks for more rows at a time once they take less than the table says, and for eight times as many at most', () => {
    const sizes = new AnswerSizes({ rows: 100_000, bytes: 400_000_000 });
    const answers = sizes.cut([{ from: 0, to: 100_000 }]);
    const next = () => answers.next().value as { from: number; to: number };
    expect(next()).toEqual({ from: 0, to: 1000 });
    sizes.note({ rows: 1000, lines: Buffer.alloc(1_000_000) });
    expect(next()).toEqual({ from: 1000, to: 5000 });
    sizes.note({ rows: 9000, lines: Buffer.alloc(0) });
    expect(next()).toEqual({ from: 5000, to: 13_000 });
  });
});

describe('readTableLines', () => {
  it('gives the rows in their order, whatever they are cut into', async () => {
    const store = new TableStoreMemory({ rowsPerPage: 7 });
    const rows = Array.from({ length: 1000 }, (_, index) => [`k${index}`]);
    store.put(URI, { columns: columns('key STRING'), rows, bytes: 100_000_000 });
    const pieces: Buffer[] = [];
    for await (const piece of readTableLines(store, (await store.find(URI))!)) pieces.push(Buffer.from(piece));
    expect(pieces.length).toBeGreaterThan(20);
    expect(Buffer.concat(pieces).toString()).toBe(rows.map(([key]) => `{"key":"${key}"}\n`).join(''));
  });

  it('fails as its range does', async () => {
    const store = new TableStoreMemory();
    store.put(URI, { columns: columns('key STRING'), rows: [['a']] });
    const table = { ...(await store.find(URI))!, rows: 1000, bytes: 100_000_000 };
    const reading = async () => {
      for await (const _ of readTableLines(store, table));
    };
    await expect(reading()).rejects.toThrow('row 1 of');
  });
});

describe('findInputTable', () => {
  async function refusal(given: readonly string[], about: object = {}): Promise<string> {
    const store = new TableStoreMemory();
    store.put(URI, { columns: columns(...given), rows: [['{}']], ...about });
    return findInputTable(store, URI).then(
      () => 'taken',
      (error: Error) => error.message,
    );
  }

  it.each([
    ['a request of type JSON', ['request JSON']],
    ['a request of type STRING', ['request STRING']],
    [
      '44: other columns',
      ['request JSON', 'a STRING', 'b BYTES', 'c TIMESTAMP', 'd NUMERIC', 'e JSON', 'f DATE', 'g TIME'],
    ],
  ])('takes a table with %s', async (_, given) => {
    expect(await refusal(given)).toBe('taken');
  });

  it.each<readonly [string, readonly string[], object, string]>([
    ['no request', ['prompt JSON'], {}, 'has no column "request"'],
    ['a request of another type', ['request INTEGER'], {}, 'got INTEGER'],
    ['a list of requests', ['request JSON REPEATED'], {}, 'got ARRAY<JSON>'],
    [
      '45: the reserved name response',
      ['request JSON', 'response JSON'],
      {},
      'column "response", a name that the service',
    ],
    ['45: the reserved name status', ['request JSON', 'STATUS JSON'], {}, 'column "STATUS", a name that the service'],
    ...['ARRAY STRING REPEATED', 'x RECORD', 'x RANGE', 'x DATETIME', 'x GEOGRAPHY'].map(
      (column) => [`a column ${column}`, ['request JSON', column], {}, "which batch jobs don't take"] as const,
    ),
    ['no rows', ['request JSON'], { rows: [] }, 'is empty'],
    ['rows that stream in', ['request JSON'], { isStreaming: true }, 'streaming buffer'],
    ['a view', ['request JSON'], { type: 'VIEW' }, 'CREATE TABLE … AS SELECT * FROM `acme.d.prompts`'],
    ['an external table', ['request JSON'], { type: 'EXTERNAL' }, 'is a EXTERNAL'],
  ])('refuses %s', async (_, given, about, message) => {
    expect(await refusal(given, about)).toContain(message);
  });

  it('names a table that is not there', async () => {
    await expect(findInputTable(new TableStoreMemory(), URI)).rejects.toMatchObject({
      type: 'InputNotFound',
      message: `Input ${URI} does not exist; check project, dataset and table, and whether it had an expiration time.`,
    });
  });
});
