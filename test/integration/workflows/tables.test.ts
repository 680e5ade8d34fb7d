import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TableToMake } from '../../support/table-store-contract';
import { BatchWorld } from '../../support/batch-world';
import { EmulatedTables } from '../../support/emulated-tables';

const URI = 'bq://acme.d.prompts';
const COLUMNS = [
  { name: 'key', type: 'STRING', mode: 'NULLABLE' },
  { name: 'request', type: 'JSON', mode: 'NULLABLE' },
  { name: 'score', type: 'INTEGER', mode: 'NULLABLE' },
] as const satisfies TableToMake['columns'];

let world: BatchWorld;
let tables: EmulatedTables;

beforeEach(async () => {
  world = await BatchWorld.create();
  tables = new EmulatedTables(world.emulator);
  await tables.addDataset('acme', 'd');
});

afterEach(() => world.close());

function request(text: string): string {
  return JSON.stringify({ contents: [{ role: 'user', parts: { text } }] });
}

function rows(count: number, special: Readonly<Record<number, string>> = {}) {
  return Array.from({ length: count }, (_, n) => [`k${n}`, request(special[n] ?? `prompt ${n}`), String(n)]);
}

interface ResultRow {
  readonly key: string;
  readonly metadata: unknown;
  readonly source: { readonly line: number };
}

async function results(directory: string | null): Promise<ResultRow[]> {
  return world.readRowsBelow<ResultRow>(`${directory}results/`);
}

describe('a run over a table', () => {
  it('41, 55, 56, 57: has the job read it, and gives every row its answer', async () => {
    await tables.put(URI, { columns: COLUMNS, rows: rows(30) });
    const result = await (await world.start({ input: URI })).result();
    expect(result).toMatchObject({ outcome: 'succeeded', rows: { input: 30, answered: 30 } });
    expect(world.emulator.jobs()).toMatchObject([{ inputUris: [URI] }]);
    const found = await results(result.directory);
    expect(new Set(found.map(({ key }) => key))).toEqual(new Set(rows(30).map(([key]) => key)));
    expect(found.every(({ key, source, metadata }) => key === `k${source.line - 1}` && metadata !== null)).toBe(true);
  });

  it('gives the same results and accounts as the same rows in files', async () => {
    const special = { 3: 'x [[blocked]]', 5: 'x [[bad-request]]', 7: 'x [[unavailable]]' };
    await tables.put(URI, { columns: COLUMNS, rows: rows(12, special) });
    const lines = rows(12, special).map(([key, text, score]) => `{"key":"${key}","request":${text},"score":${score}}`);
    await world.put('gs://acme/in/rows.jsonl', lines);
    const runs = [await world.start({ input: URI }), await world.start({ input: 'gs://acme/in/rows.jsonl' })];
    const [table, files] = await Promise.all(runs.map((run) => run.result()));
    expect(table?.rows).toEqual(files?.rows);
    expect(table?.usage).toEqual(files?.usage);
    const bare = (found: readonly ResultRow[]) =>
      found.map(({ source: { line }, ...row }) => ({ ...row, line })).toSorted((one, other) => one.line - other.line);
    expect(bare(await results(table?.directory ?? ''))).toEqual(bare(await results(files?.directory ?? '')));
  });

  it.each([
    ['a row that is wrong', { rows: rows(2).map(([key]) => [key, '{"contents":[]}', '1']) }, 'InvalidInput'],
    ['a table that is a view', { rows: [], type: 'VIEW' }, 'InvalidInput'],
  ] as const)('fails over %s, and nothing is spent', async (_, table, type) => {
    await tables.put(URI, { columns: COLUMNS, ...table });
    const failed = await (await world.start({ input: URI })).result().catch((error: unknown) => error);
    expect(failed).toMatchObject({ result: { reason: { type } } });
    expect(world.emulator.jobs()).toEqual([]);
  });
});
