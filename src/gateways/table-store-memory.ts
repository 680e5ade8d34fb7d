import { linesOfRows } from '../schemas/table-line';
import { parseDatasetUri, parseTableUri } from './bq-uri';
import { GatewayError } from './gateway-error';
import type {
  Cell,
  ReadLinesOptions,
  ReadRowsOptions,
  RowRange,
  StoredDataset,
  StoredTable,
  TableLines,
  TableStore,
} from './table-store';
import type { CallOptions } from './vertex-jobs';

interface KnownTable {
  readonly table: StoredTable;
  readonly rows: readonly (readonly Cell[])[];
}

/** What a test says of a table; `rows` has a cell for each column. */
export interface MemoryTable
  extends Pick<StoredTable, 'columns'>, Partial<Omit<StoredTable, 'rows' | 'uri' | 'columns'>> {
  readonly rows: readonly (readonly Cell[])[];
}

/** {@link TableStore} in memory, for tests. */
export class TableStoreMemory implements TableStore {
  readonly #tables = new Map<string, KnownTable>();
  readonly #rowsPerPage: number;
  #changes = 0;

  constructor({ rowsPerPage = 100 }: { readonly rowsPerPage?: number } = {}) {
    this.#rowsPerPage = rowsPerPage;
  }

  /** Makes a table, or another of that name. */
  put(uri: string, { rows, ...about }: MemoryTable): void {
    this.#changes += 1;
    const bytes = JSON.stringify(rows).length;
    const defaults = { type: 'TABLE', location: 'us-central1', expires: null, isStreaming: false, bytes };
    const lastModified = String(this.#changes);
    this.#tables.set(uri, { table: { ...defaults, lastModified, ...about, uri, rows: rows.length }, rows });
  }

  drop(uri: string): void {
    this.#tables.delete(uri);
  }

  async find(uri: string, { signal }: CallOptions = {}): Promise<StoredTable | undefined> {
    signal?.throwIfAborted();
    parseTableUri(uri);
    return this.#tables.get(uri)?.table;
  }

  /** A dataset is where a table of it lies. */
  async findDataset(uri: string, { signal }: CallOptions = {}): Promise<StoredDataset | undefined> {
    signal?.throwIfAborted();
    parseDatasetUri(uri);
    const [known] = [...this.#tables.values()].filter(({ table }) => table.uri.startsWith(`${uri}.`));
    return known === undefined ? undefined : { location: known.table.location };
  }

  async *readRows(
    uri: string,
    { from, to, columns, signal }: ReadRowsOptions,
  ): AsyncGenerator<readonly (readonly Cell[])[]> {
    for (let next = from; next < to;) {
      signal?.throwIfAborted();
      const known = this.#tables.get(uri);
      if (known === undefined) throw new GatewayError('not-found', `Cannot read ${uri}: it isn't there.`);
      const { table, rows } = known;
      if (table.type !== 'TABLE')
        throw new GatewayError('invalid-request', `Cannot read ${uri}: it is a ${table.type}.`);
      const page = rows.slice(next, Math.min(to, next + this.#rowsPerPage));
      if (page.length === 0)
        throw new GatewayError('precondition', `Cannot read row ${next} of ${uri}: it has fewer rows now.`);
      yield page.map((cells) => chosenCells(table, cells, columns));
      next += page.length;
    }
  }

  async *readLines(
    table: StoredTable,
    ranges: Iterable<RowRange>,
    options: ReadLinesOptions = {},
  ): AsyncGenerator<TableLines> {
    const toLines = linesOfRows(options.columns ?? table.columns);
    for (const range of ranges)
      for await (const page of this.readRows(table.uri, { ...range, ...options })) yield toLines(page);
  }
}

function chosenCells(table: StoredTable, cells: readonly Cell[], columns: ReadRowsOptions['columns']): readonly Cell[] {
  if (columns === undefined) return cells;
  return columns.map(({ name }) => cells[table.columns.findIndex((column) => column.name === name)]);
}
