import type { TableColumn } from '../bigquery/table-schema';

/** Where a job's rows come from. */
export interface JobInput {
  /** @throws {JobFailure} where there is nothing to begin with */
  locate(): void;
  /** Reads as much as the service does before it runs a row. @throws {JobFailure} */
  import(): Promise<ImportedInput>;
}

/** Rows that may be run. */
export interface ImportedInput {
  readonly rows: number;
  readonly blocks: readonly InputBlock[];
  /** What the output repeats of a row. */
  echo(row: Readonly<Record<string, unknown>>): RowEcho;
  /** What the output repeats, as columns of a table. */
  readonly columns: readonly TableColumn[];
}

/** Some hundred rows that stand one after another. */
export interface InputBlock {
  /** Their place in the input, from 0. */
  readonly firstRow: number;
  /** Each row as JSON. */
  read(): AsyncIterable<string>;
}

export interface RowEcho {
  readonly request: unknown;
  /** The row's other fields. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Names in an output row that the service itself put there. */
export const OWN_COLUMNS: readonly string[] = ['status', 'processed_time', 'response'];
