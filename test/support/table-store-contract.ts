import { describe, expect, it } from 'vitest';
import { isGatewayError } from '../../src/gateways/gateway-error';
import type { Cell, TableColumn, TableStore } from '../../src/gateways/table-store';

export interface TableToMake {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** @default TABLE */
  readonly type?: string;
}

export interface TableStoreUnderTest {
  /** Called before each test. */
  readonly open: () => Promise<{
    readonly store: TableStore;
    readonly put: (uri: string, table: TableToMake) => Promise<void>;
  }>;
}

const URI = 'bq://acme.d.prompts';
const COLUMNS: readonly TableColumn[] = [
  { name: 'key', type: 'STRING', mode: 'NULLABLE' },
  { name: 'request', type: 'JSON', mode: 'NULLABLE' },
  { name: 'n', type: 'INTEGER', mode: 'NULLABLE' },
];

export function describeTableStore(which: string, { open }: TableStoreUnderTest): void {
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

  describe(`a table store: ${which}`, () => {
    it('describes a table', async () => {
      const { store } = await opened();
      expect(await store.find(URI)).toMatchObject({
        ...{ uri: URI, type: 'TABLE', columns: COLUMNS, rows: 250, location: 'us-central1', isStreaming: false },
        lastModified: expect.stringMatching(/^\d+$/),
      });
    });

    it.each(['bq://acme.d.none', 'bq://acme.none.t'])('finds no %s', async (uri) => {
      const { store } = await opened();
      expect(await store.find(uri)).toBeUndefined();
    });

    it('finds a dataset, and none that isn’t there', async () => {
      const { store } = await opened();
      expect(await store.findDataset('bq://acme.d')).toEqual({ location: 'us-central1' });
      expect(await store.findDataset('bq://acme.none')).toBeUndefined();
    });

    it('tells that a table has other rows', async () => {
      const { store, put } = await opened();
      const before = await store.find(URI);
      await put(URI, { columns: COLUMNS, rows: rows.slice(1) });
      const after = await store.find(URI);
      expect([after?.lastModified, after?.rows]).not.toEqual([before?.lastModified, before?.rows]);
    });

    it.each([
      [0, 250],
      [0, 1],
      [99, 101],
      [249, 250],
      [5, 5],
    ])('reads rows %i to %i and no others', async (from, to) => {
      const { store } = await opened();
      expect(await read(store, from, to)).toEqual(rows.slice(from, to));
    });

    it('says that rows are gone which were asked for', async () => {
      const { store } = await opened();
      const refused = await read(store, 240, 260).catch((error: unknown) => error);
      expect(isGatewayError(refused, 'precondition')).toBe(true);
      expect((refused as Error).message).toContain(`row 250 of ${URI}`);
    });

    it('says that a view has no rows to read by index', async () => {
      const { store } = await opened({ rows: [], type: 'VIEW' });
      expect(isGatewayError(await read(store, 0, 1).catch((error: unknown) => error), 'invalid-request')).toBe(true);
    });

    it.each(['gs://bucket/name', 'bq://acme', 'bq://acme.d', 'bq://acme.d.t.x', 'bq://a/b.d.t'])(
      'refuses %s before it asks anybody',
      async (uri) => {
        const { store } = await opened();
        const refused = await store.find(uri).catch((error: unknown) => error);
        expect(refused).toMatchObject({ kind: 'invalid-request', effect: 'never-sent' });
      },
    );

    it('hears of an abort', async () => {
      const { store } = await opened();
      const signal = AbortSignal.abort(new Error('enough'));
      await expect(store.find(URI, { signal })).rejects.toThrow('enough');
    });
  });
}
