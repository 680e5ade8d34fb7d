import { describe, expect, it } from 'vitest';
import { isGatewayError } from '../../src/gateways/gateway-error';
import type { Cell, TableColumn, TableStore } from '../../src/gateways/table-store';

export interface TableToMake {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** @default TABLE */
  readonly type?: string;
  /** Milliseconds since 1970. @default never */
  readonly expires?: number;
}

export interface TableStoreUnderTest {
  /** Called before each test. */
  readonly open: () => Promise<{
    readonly store: TableStore;
    readonly put: (uri: string, table: TableToMake) => Promise<void>;
  }>;
  /** Behaviour that this server is known not to have, by the test's sentence. @default none */
  readonly knownGaps?: readonly string[];
  /** Why there is no such server, asked when a test begins; the tests are then skipped, and say so. */
  readonly missing?: () => string | undefined;
}

const URI = 'bq://acme.d.prompts';
const COLUMNS: readonly TableColumn[] = [
  { name: 'key', type: 'STRING', mode: 'NULLABLE' },
  { name: 'request', type: 'JSON', mode: 'NULLABLE' },
  { name: 'n', type: 'INTEGER', mode: 'NULLABLE' },
];

export function describeTableStore(which: string, { open, knownGaps = [], missing }: TableStoreUnderTest): void {
  const rows = Array.from({ length: 250 }, (_, index) => [`k${index}`, '{"a":1}', index === 7 ? null : String(index)]);

  async function opened(table: Partial<TableToMake> = {}) {
    const { store, put } = await open();
    await put(URI, { columns: COLUMNS, rows, ...table });
    return { store, put };
  }

  async function read(store: TableStore, from: number, to: number): Promise<(readonly Cell[])[]> {
    const found: (readonly Cell[])[] = [];
    for await (const page of store.readRows(URI, { from, to })) found.push(...page);
    return found;
  }

  async function readLines(store: TableStore, from: number, to: number, names?: readonly string[]): Promise<string> {
    const found: Buffer[] = [];
    const table = (await store.find(URI))!;
    const columns = names && table.columns.filter(({ name }) => names.includes(name));
    let count = 0;
    for await (const { lines, rows: some } of store.readLines(table, [{ from, to }], { ...(columns && { columns }) })) {
      found.push(Buffer.from(lines));
      count += some;
    }
    expect(count).toBe(to - from);
    return Buffer.concat(found).toString();
  }

  function lineOf(row: (typeof rows)[number]): string {
    const [key, request, n] = row;
    return `{"key":${JSON.stringify(key)},"request":${request}${n === null ? '' : `,"n":${n}`}}\n`;
  }

  const behaves = (sentence: string, check: () => Promise<void>): void => {
    (knownGaps.includes(sentence) ? it.fails : it)(sentence, async ({ skip }) => {
      const reason = missing?.();
      if (reason !== undefined) skip(reason);
      await check();
    });
  };

  describe(`a table store: ${which}`, () => {
    behaves('describes a table', async () => {
      const { store } = await opened();
      expect(await store.find(URI)).toMatchObject({
        ...{ uri: URI, type: 'TABLE', columns: COLUMNS, rows: 250, location: 'us-central1', isStreaming: false },
        lastModified: expect.stringMatching(/^\d+$/),
      });
    });

    for (const uri of ['bq://acme.d.none', 'bq://acme.none.t']) {
      behaves(`finds no ${uri}`, async () => {
        const { store } = await opened();
        expect(await store.find(uri)).toBeUndefined();
      });
    }

    behaves('finds a dataset, and none that isn’t there', async () => {
      const { store } = await opened();
      expect(await store.findDataset('bq://acme.d')).toEqual({ location: 'us-central1' });
      expect(await store.findDataset('bq://acme.none')).toBeUndefined();
    });

    behaves('tells that a table has other rows', async () => {
      const { store, put } = await opened();
      const before = await store.find(URI);
      await put(URI, { columns: COLUMNS, rows: rows.slice(1) });
      const after = await store.find(URI);
      expect([after?.lastModified, after?.rows]).not.toEqual([before?.lastModified, before?.rows]);
    });

    for (const [from, to] of [
      [0, 250],
      [0, 1],
      [99, 101],
      [249, 250],
      [5, 5],
    ] as const) {
      behaves(`reads rows ${from} to ${to} and no others`, async () => {
        const { store } = await opened();
        expect(await read(store, from, to)).toEqual(rows.slice(from, to));
      });

      behaves(`reads rows ${from} to ${to} as lines of JSON`, async () => {
        const { store } = await opened();
        expect(await readLines(store, from, to)).toBe(rows.slice(from, to).map(lineOf).join(''));
      });
    }

    behaves('reads no other columns than are asked for', async () => {
      const { store } = await opened();
      expect(await readLines(store, 6, 8, ['key', 'n'])).toBe('{"key":"k6","n":6}\n{"key":"k7"}\n');
      expect(await readLines(store, 6, 8, ['n'])).toBe('{"n":6}\n{}\n');
    });

    behaves('reads no other columns of a table that has a list', async () => {
      const columns: readonly TableColumn[] = [...COLUMNS, { name: 'list', type: 'STRING', mode: 'REPEATED' }];
      const { store } = await opened({ columns, rows: rows.slice(0, 2).map((row) => [...row, ['a', 'b']]) });
      expect(await readLines(store, 0, 2, ['key'])).toBe('{"key":"k0"}\n{"key":"k1"}\n');
    });

    behaves('says that rows are gone which were asked for', async () => {
      const { store } = await opened();
      const refused = await read(store, 240, 260).catch((error: unknown) => error);
      expect(isGatewayError(refused, 'precondition')).toBe(true);
      expect((refused as Error).message).toContain(`row 250 of ${URI}`);
    });

    behaves('says that a view has no rows to read by index', async () => {
      const { store } = await opened({ rows: [], type: 'VIEW' });
      expect(isGatewayError(await read(store, 0, 1).catch((error: unknown) => error), 'invalid-request')).toBe(true);
    });

    for (const uri of ['gs://bucket/name', 'bq://acme', 'bq://acme.d', 'bq://acme.d.t.x', 'bq://a/b.d.t']) {
      behaves(`refuses ${uri} before it asks anybody`, async () => {
        const { store } = await opened();
        const refused = await store.find(uri).catch((error: unknown) => error);
        expect(refused).toMatchObject({ kind: 'invalid-request', effect: 'never-sent' });
      });
    }

    behaves('hears of an abort', async () => {
      const { store } = await opened();
      const signal = AbortSignal.abort(new Error('enough'));
      await expect(store.find(URI, { signal })).rejects.toThrow('enough');
    });
  });
}
