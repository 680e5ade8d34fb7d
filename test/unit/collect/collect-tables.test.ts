import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredTable, TableColumn } from '../../../src/gateways/table-store';
import { CollectBench } from '../../support/collect-bench';
import { answered, blocked, refused } from '../../support/job-output';

const PROMPTS = 'bq://acme.d.prompts';
const ANSWERS = 'bq://acme.d.answers';

let bench: CollectBench;

beforeEach(async () => {
  bench = await CollectBench.open();
});

afterEach(() => bench.close());

type Row = Readonly<Record<string, unknown>>;

function prompt(key: string | null): Row {
  return { ...(key !== null && { key }), request: { contents: [{ role: 'user', parts: [{ text: `of ${key}` }] }] } };
}

function parsed(line: string): Row {
  return JSON.parse(line) as Row;
}

function columnsOf(rows: readonly Row[]): readonly TableColumn[] {
  const names = [...new Set(rows.flatMap(Object.keys))];
  return names.map((name) => ({ name, type: /^re(quest|sponse)$/.test(name) ? 'JSON' : 'STRING', mode: 'NULLABLE' }));
}

/** Puts rows into a table: objects as JSON, what a row leaves out as NULL. */
function putTable(uri: string, rows: readonly Row[], about: Partial<StoredTable> = {}): void {
  const columns = about.columns ?? columnsOf(rows);
  const cells = rows.map((row) =>
    columns.map(({ name }) => {
      const value = row[name] ?? null;
      return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
    }),
  );
  bench.tables.put(uri, { ...about, columns, rows: cells });
}

function withoutNulls(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}

const ROWS = ['a', 'b', 'c', 'd'].map(prompt);
const OUTPUT = [refused(ROWS[2]!, 429), answered(ROWS[0]!, 'A'), blocked(ROWS[1]!)].map(parsed);

/** What is read of rows that are found by their keys, in the table's order. */
const ANSWER = 'status,key,response';

describe('collect with tables', () => {
  it('gives the same for tables as for files, in every combination', async () => {
    putTable(PROMPTS, ROWS);
    putTable(ANSWERS, OUTPUT);
    await bench.put('in.jsonl', ROWS);
    await bench.put('out/predictions.jsonl', OUTPUT);
    const collected = [];
    for (const input of [bench.path('in.jsonl'), PROMPTS]) {
      for (const output of [bench.path('out'), ANSWERS]) {
        const to = bench.path(`to-${collected.length}`);
        const one = await bench.collect({ input: [input], outputs: [output], to });
        const results = (await bench.results(one)).map((row) => ({ ...row, source: null }));
        collected.push({ rows: one.result.rows, usage: one.result.usage, results });
      }
    }
    expect(collected[0]).toMatchObject({ rows: { input: 4, answered: 1, blocked: 1, failed: 1, missing: 1 } });
    for (const other of collected) expect(other).toEqual(collected[0]);
  });

  it.each<readonly [string, readonly Row[], readonly string[]]>([
    ['keys of their own', OUTPUT, [ANSWER]],
    ['a key twice', [...OUTPUT, parsed(answered(ROWS[0]!, 'again'))], [ANSWER]],
    ['no key in one of them', [...OUTPUT, parsed(answered({ ...ROWS[3], key: null }, 'D'))], [ANSWER, 'all']],
    ['a key that others made up', [parsed(answered({ ...ROWS[3], key: 'x' }, 'D')), ...OUTPUT], [ANSWER, 'all']],
    [
      'a stranger among them',
      [...OUTPUT, parsed(answered({ key: 'x', request: { contents: [] } }, 'X'))],
      [ANSWER, 'all'],
    ],
    ['an empty answer', [...OUTPUT, { ...ROWS[3], status: '', response: null }], [ANSWER]],
  ])(
    'gives the same as of a file of rows with %s, and reads requests where they are needed',
    async (_, rows, reads) => {
      putTable(ANSWERS, rows);
      await bench.put('in.jsonl', ROWS);
      await bench.put('out/predictions.jsonl', rows.map(withoutNulls));
      const read: string[] = [];
      const readLines = bench.tables.readLines.bind(bench.tables);
      bench.tables.readLines = (table, ranges, options) => {
        read.push(options?.columns === undefined ? 'all' : options.columns.map(({ name }) => name).join());
        return readLines(table, ranges, options);
      };
      const [table, file] = [
        await bench.collect({ outputs: [ANSWERS], to: bench.path('a'), keyField: 'key' }),
        await bench.collect({ to: bench.path('b'), keyField: 'key' }),
      ];
      expect(read).toEqual(reads);
      expect(table).toMatchObject({ strangers: file.strangers, duplicates: file.duplicates });
      expect(table.result).toMatchObject({ rows: file.result.rows, usage: file.result.usage });
      expect(await bench.results(table)).toEqual(await bench.results(file));
    },
  );

  it('tells what it is doing, and how much there is of it', async () => {
    putTable(PROMPTS, ROWS);
    putTable(ANSWERS, OUTPUT);
    const phases: string[] = [];
    await bench.collect(
      { input: [PROMPTS], outputs: [ANSWERS] },
      { onPhase: ({ phase, of, unit }) => phases.push(unit === 'rows' ? `${phase} ${of}` : phase) },
    );
    expect(phases).toEqual(['reading tables 4', 'reading input', 'reading tables 3', 'collecting', 'settling']);
  });

  it('joins by the request where there is no key', async () => {
    const rows = [0, 1, 2].map((index) => ({
      request: { contents: [{ role: 'user', parts: [{ text: `prompt ${index}` }] }] },
    }));
    putTable(PROMPTS, rows);
    putTable(ANSWERS, rows.map((row, index) => parsed(answered(row, `answer ${index}`))).toReversed());
    const collected = await bench.collect({ input: [PROMPTS], outputs: [ANSWERS] });
    expect(collected.result.rows).toMatchObject({ input: 3, answered: 3 });
    const found = await bench.results(collected);
    expect(new Map(found.map(({ source, text }) => [(source as { line: number }).line, text]))).toEqual(
      new Map([1, 2, 3].map((line) => [line, `answer ${line - 1}`])),
    );
  });

  it('adds a table and a directory up, and keeps the copies that results name', async () => {
    putTable(PROMPTS, ROWS);
    putTable(ANSWERS, OUTPUT);
    await bench.put('out/predictions.jsonl', [answered(ROWS[2]!, 'C')]);
    const collected = await bench.collect({
      input: [PROMPTS],
      outputs: [ANSWERS, bench.path('out')],
      to: 'gs://acme/to',
    });
    expect(collected.result).toMatchObject({ rows: { answered: 2 }, jobs: [{}, { name: ANSWERS }] });
    const [first] = await bench.results(collected);
    const { uri } = first!['source'] as { uri: string };
    expect(uri).toMatch(/^gs:\/\/acme\/to\/tables\/acme\.d\.prompts-\w+\.jsonl$/);
    expect(await bench.rows(uri)).toEqual(ROWS);
  });

  it('answers with what it wrote before, until a table has other rows', async () => {
    putTable(PROMPTS, ROWS);
    putTable(ANSWERS, OUTPUT);
    const request = { input: [PROMPTS], outputs: [ANSWERS] };
    const first = await bench.collect(request);
    expect(await bench.collect(request)).toMatchObject({ stood: true, result: first.result });
    const before = await bench.files('to');
    putTable(ANSWERS, OUTPUT);
    await expect(bench.collect(request)).rejects.toMatchObject({ type: 'InvalidRequest' });
    expect(await bench.files('to')).toEqual(before);
  });

  it('leaves nothing of one that was interrupted', async () => {
    putTable(PROMPTS, ROWS);
    putTable(ANSWERS, OUTPUT);
    const { tables } = bench;
    const readLines = tables.readLines.bind(tables);
    tables.readLines = (table, options) => {
      if (table.uri === ANSWERS) throw new Error('cut off');
      return readLines(table, options);
    };
    await expect(bench.collect({ input: [PROMPTS], outputs: [ANSWERS] })).rejects.toThrow('cut off');
    expect(await bench.files('to')).toEqual([]);
  });

  it.each<readonly [string, () => void, string]>([
    ['an output that is not there', () => putTable(PROMPTS, ROWS), `Output ${ANSWERS} does not exist`],
    ['an input that is not there', () => putTable(ANSWERS, OUTPUT), `Input ${PROMPTS} does not exist`],
    [
      'an output without answers',
      () => [PROMPTS, ANSWERS].forEach((uri) => putTable(uri, ROWS)),
      'no column "response"',
    ],
    [
      'an empty output',
      () => (putTable(PROMPTS, ROWS), putTable(ANSWERS, [], { columns: columnsOf(OUTPUT) })),
      'has no rows',
    ],
    ['a view', () => (putTable(ANSWERS, OUTPUT), putTable(PROMPTS, ROWS, { type: 'VIEW' })), 'is a VIEW'],
    [
      'rows that stream in',
      () => (putTable(PROMPTS, ROWS), putTable(ANSWERS, OUTPUT, { isStreaming: true })),
      'streaming buffer',
    ],
  ])('refuses %s, and writes nothing', async (_, prepare, message) => {
    prepare();
    await expect(bench.collect({ input: [PROMPTS], outputs: [ANSWERS] })).rejects.toThrow(message);
    expect(await bench.files('to')).toEqual([]);
  });
});
