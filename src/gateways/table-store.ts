import type { CallOptions } from './vertex-jobs';

export interface TableColumn {
  readonly name: string;
  /** As the API spells it: `INTEGER`, `FLOAT`, `BOOLEAN`, `RECORD`, … */
  readonly type: string;
  readonly mode: 'NULLABLE' | 'REQUIRED' | 'REPEATED';
}

/** A table as it is described, rows aside. */
export interface StoredTable {
  /** `bq://project.dataset.table` */
  readonly uri: string;
  /** `TABLE`, `VIEW`, `MATERIALIZED_VIEW`, `EXTERNAL`, `SNAPSHOT` or what else the service has. */
  readonly type: string;
  readonly columns: readonly TableColumn[];
  /** Rows that can be read by index; those that still stream in aren't among them. */
  readonly rows: number;
  readonly bytes: number;
  /** Milliseconds since 1970, in digits; changes with every change of the rows. */
  readonly lastModified: string;
  /** A region in lower case, or `US`, `EU`. */
  readonly location: string;
  /** Milliseconds since 1970; the service then deletes it. */
  readonly expires: number | null;
  /** Whether rows are streaming in that aren't counted yet. */
  readonly isStreaming: boolean;
}

/** A dataset as far as it is used. */
export interface StoredDataset {
  /** A region in lower case, or `US`, `EU`. */
  readonly location: string;
}

/** A value of a row: a text as the API writes it, null, or for lists and records what it writes for those. */
export type Cell = unknown;

export interface RowRange {
  /** First row, from 0. */
  readonly from: number;
  /** One past the last row. */
  readonly to: number;
}

export interface ReadLinesOptions extends CallOptions {
  /** Those of the table's columns that are read, in its order. @default all of them */
  readonly columns?: readonly TableColumn[] | undefined;
}

export type ReadRowsOptions = ReadLinesOptions & RowRange;

/** Rows as JSON lines, each with its end; the memory is that of the next ones, too. */
export interface TableLines {
  readonly lines: Buffer;
  readonly rows: number;
}

/** Tables in BigQuery, or in something that behaves like it. Every method throws `GatewayError`. */
export interface TableStore {
  /** The table, or `undefined` where it or its dataset isn't. */
  find(uri: string, options?: CallOptions): Promise<StoredTable | undefined>;
  /** The dataset `bq://project.dataset`, or `undefined` where it isn't. */
  findDataset(uri: string, options?: CallOptions): Promise<StoredDataset | undefined>;
  /** Rows [from, to) by their place in the table, page by page; each row has a cell for each of the columns. */
  readRows(uri: string, options: ReadRowsOptions): AsyncIterable<readonly (readonly Cell[])[]>;
  /**
   * Rows of a table as it was found, each as the line that a file would have: `tableLines` of its columns. One range comes after the
   * other, each worth one answer of the service or so: it is taken from them when it is asked for, some before their turn.
   */
  readLines(table: StoredTable, ranges: Iterable<RowRange>, options?: ReadLinesOptions): AsyncIterable<TableLines>;
}
