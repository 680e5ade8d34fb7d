import type { TableStore } from './table-store';

/** The same tables; `onRows` hears of rows as they are read as lines. */
export function tableStoreHeard(store: TableStore, onRows: (rows: number) => void): TableStore {
  return {
    find: (uri, options) => store.find(uri, options),
    findDataset: (uri, options) => store.findDataset(uri, options),
    readRows: (uri, options) => store.readRows(uri, options),
    async *readLines(table, ranges, options) {
      for await (const lines of store.readLines(table, ranges, options)) {
        onRows(lines.rows);
        yield lines;
      }
    },
  };
}
