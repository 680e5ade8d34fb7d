import { SharedPieces } from '../storage/shared-pieces';
import type { PieceStore } from '../storage/piece-store';
import { MemoryPieceStore } from '../storage/piece-store-memory';
import { alreadyExists, notFound } from './bigquery-error';
import type { CatalogEvent, CatalogJournal, RowsAdded } from './catalog-journal';
import { readRows, rowCount, SegmentWriter } from './table-rows';
import type { Segment, StoredRow } from './table-rows';
import type { TableColumn } from './table-schema';

export interface DatasetName {
  readonly project: string;
  readonly dataset: string;
}

export interface TableName extends DatasetName {
  readonly table: string;
}

export interface Dataset extends DatasetName {
  /** As the service writes it: regions in lower case, multi-regions in capitals. */
  readonly location: string;
  /** Milliseconds since 1970, as all times here. */
  readonly creationTime: number;
  readonly lastModifiedTime: number;
  /** What its creator says about it, such as labels. */
  readonly about: Readonly<Record<string, unknown>>;
}

export interface Table extends TableName {
  readonly columns: readonly TableColumn[];
  readonly type: 'TABLE' | 'VIEW' | 'MATERIALIZED_VIEW' | 'EXTERNAL';
  readonly creationTime: number;
  readonly lastModifiedTime: number;
  /** When it is gone by itself. */
  readonly expirationTime: number | undefined;
  readonly about: Readonly<Record<string, unknown>>;
  readonly segments: readonly Segment[];
}

export interface CatalogOptions {
  readonly now: () => number;
  /** @default memory */
  readonly pieces?: PieceStore;
}

interface DatasetState {
  readonly dataset: Dataset;
  readonly tables: Map<string, Table>;
}

/** Datasets, tables and their rows. Descriptions are in memory, rows wherever the pieces are. */
export class Catalog {
  readonly #datasets = new Map<string, DatasetState>();
  readonly #store: PieceStore;
  readonly #now: () => number;
  readonly pieces: SharedPieces;
  #journal: CatalogJournal | undefined;

  constructor({ now, pieces = new MemoryPieceStore() }: CatalogOptions) {
    this.#now = now;
    this.#store = pieces;
    this.pieces = new SharedPieces(pieces);
  }

  /** In the order of their names. */
  datasets(project: string): readonly Dataset[] {
    const all = [...this.#datasets.values()].map(({ dataset }) => dataset);
    return all.filter((dataset) => dataset.project === project).toSorted((a, b) => (a.dataset < b.dataset ? -1 : 1));
  }

  findDataset(name: DatasetName): Dataset | undefined {
    return this.#datasets.get(datasetId(name))?.dataset;
  }

  /** @throws {BigQueryError} 404 */
  dataset(name: DatasetName): Dataset {
    return this.#state(name).dataset;
  }

  /** @throws {BigQueryError} 409 */
  createDataset(name: DatasetName, location: string, about: Dataset['about'] = {}): Dataset {
    if (this.findDataset(name) !== undefined) throw alreadyExists('Dataset', datasetId(name));
    const now = this.#now();
    const { project, dataset } = name;
    return this.#keepDataset({ project, dataset, location, about, creationTime: now, lastModifiedTime: now });
  }

  describeDataset(name: DatasetName, about: Dataset['about']): Dataset {
    return this.#keepDataset({ ...this.dataset(name), about, lastModifiedTime: this.#now() });
  }

  /** Takes every table along. @throws {BigQueryError} 404 */
  deleteDataset(name: DatasetName): void {
    this.dataset(name);
    this.#commit({ type: 'dataset-deleted', project: name.project, dataset: name.dataset });
  }

  /** In the order of their names. @throws {BigQueryError} 404 */
  tables(name: DatasetName): readonly Table[] {
    const tables = [...this.#state(name).tables.values()];
    return tables.filter((table) => !this.#isExpired(table)).toSorted((a, b) => (a.table < b.table ? -1 : 1));
  }

  findTable(name: TableName): Table | undefined {
    const table = this.#datasets.get(datasetId(name))?.tables.get(name.table);
    return table === undefined || this.#isExpired(table) ? undefined : table;
  }

  /** @throws {BigQueryError} 404 */
  table(name: TableName): Table {
    this.dataset(name);
    const table = this.findTable(name);
    if (table === undefined) throw notFound('Table', tableId(name));
    return table;
  }

  /** @throws {BigQueryError} 404 without the dataset, 409 for a table that is there */
  createTable(
    name: TableName,
    columns: readonly TableColumn[],
    options: Partial<Pick<Table, 'type' | 'about' | 'expirationTime'>> = {},
  ): Table {
    this.dataset(name);
    if (this.findTable(name) !== undefined) throw alreadyExists('Table', tableId(name));
    const { project, dataset, table } = name;
    const { type = 'TABLE', about = {}, expirationTime } = options;
    const now = this.#now();
    const times = { creationTime: now, lastModifiedTime: now, expirationTime };
    return this.#keepTable({ project, dataset, table, columns, type, about, ...times, segments: [] });
  }

  /** @throws {BigQueryError} 404 */
  describeTable(name: TableName, changes: Partial<Pick<Table, 'columns' | 'about' | 'expirationTime'>>): Table {
    return this.#keepTable({ ...this.table(name), ...changes, lastModifiedTime: this.#now() });
  }

  /** @throws {BigQueryError} 404 */
  deleteTable(name: TableName): void {
    this.table(name);
    this.#commit({ type: 'table-deleted', project: name.project, dataset: name.dataset, table: name.table });
  }

  /** For rows of a table with so many columns; `addRows` makes them visible. */
  writer(width: number): SegmentWriter {
    return new SegmentWriter(this.#store, width);
  }

  /** @throws {BigQueryError} 404 when the table went away meanwhile */
  addRows(name: TableName, segment: Segment, { replace = false }: { replace?: boolean } = {}): void {
    const { project, dataset, table } = this.table(name);
    this.#commit({ type: 'rows', project, dataset, table, segment, replace, lastModifiedTime: this.#now() });
  }

  /** Rows [from, to) as they stand in this version of the table. */
  read(table: Table, from = 0, to = rowCount(table.segments)): AsyncGenerator<StoredRow> {
    return readRows(this.pieces, table.segments, from, to);
  }

  /** The events that lead to the present state. */
  *history(): Generator<CatalogEvent> {
    for (const { dataset, tables } of this.#datasets.values()) {
      yield { type: 'dataset', dataset };
      for (const table of tables.values()) yield { type: 'table', table };
    }
  }

  /** Takes a past event in, without writing it anywhere. */
  replay(event: CatalogEvent): void {
    this.#apply(event);
  }

  record(journal: CatalogJournal): void {
    this.#journal = journal;
  }

  #keepDataset(dataset: Dataset): Dataset {
    this.#commit({ type: 'dataset', dataset });
    return dataset;
  }

  #keepTable(table: Table): Table {
    this.#commit({ type: 'table', table });
    return table;
  }

  #commit(event: CatalogEvent): void {
    this.#journal?.append(event);
    this.#apply(event);
  }

  #apply(event: CatalogEvent): void {
    switch (event.type) {
      case 'dataset': {
        const tables = this.#datasets.get(datasetId(event.dataset))?.tables ?? new Map<string, Table>();
        this.#datasets.set(datasetId(event.dataset), { dataset: event.dataset, tables });
        return;
      }
      case 'dataset-deleted':
        for (const table of this.#state(event).tables.values()) this.#release(table);
        this.#datasets.delete(datasetId(event));
        return;
      case 'table':
        this.#putTable(event.table);
        return;
      case 'rows':
        this.#addRows(event);
        return;
      case 'table-deleted':
        this.#release(this.#state(event).tables.get(event.table));
        this.#state(event).tables.delete(event.table);
        return;
    }
  }

  #putTable(table: Table): void {
    const { tables } = this.#state(table);
    this.pieces.hold(table.segments.map(({ piece }) => piece));
    this.#release(tables.get(table.table));
    tables.set(table.table, table);
  }

  #addRows(event: RowsAdded): void {
    const { tables } = this.#state(event);
    const { segments, ...table } = tables.get(event.table)!;
    const { segment, lastModifiedTime } = event;
    this.pieces.hold([segment.piece]);
    if (event.replace) this.pieces.release(segments.map(({ piece }) => piece));
    const kept = event.replace ? [] : segments;
    tables.set(event.table, { ...table, segments: [...kept, segment], lastModifiedTime });
  }

  #release(table: Table | undefined): void {
    this.pieces.release((table?.segments ?? []).map(({ piece }) => piece));
  }

  #isExpired({ expirationTime }: Table): boolean {
    return expirationTime !== undefined && expirationTime <= this.#now();
  }

  #state(name: DatasetName): DatasetState {
    const state = this.#datasets.get(datasetId(name));
    if (state === undefined) throw notFound('Dataset', datasetId(name));
    return state;
  }
}

export function datasetId({ project, dataset }: DatasetName): string {
  return `${project}:${dataset}`;
}

/** As messages of the service name a table. */
export function tableId(name: TableName): string {
  return `${datasetId(name)}.${name.table}`;
}
