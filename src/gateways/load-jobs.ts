import type { TableColumn } from './table-store';
import type { CallOptions } from './vertex-jobs';

/** Which load job: an id is the caller's choice, and can be used once in all time. */
export interface LoadJobName {
  /** The one whose right to run jobs is used. */
  readonly project: string;
  /** Letters, digits, `_` and `-`, at most 1,024. */
  readonly id: string;
  /** The table's dataset's. */
  readonly location: string;
}

/** What a load shall do: append all rows of some objects to a table, or none. */
export interface NewLoadJob extends LoadJobName {
  /** Objects of JSON lines; a `*` would be a wildcard. */
  readonly sourceUris: readonly string[];
  /** `bq://project.dataset.table` */
  readonly table: string;
  /** The table's, which is made with them; null for a table that stands, and takes of each row what it has columns for. */
  readonly columns: readonly TableColumn[] | null;
}

export type LoadJobState =
  | { readonly kind: 'running' }
  | { readonly kind: 'loaded'; readonly rows: number }
  /** Nothing was loaded. `reason` is BigQuery's word, such as `invalid` or `backendError`. */
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string };

/** BigQuery's load jobs. Every method makes one request, is safe to repeat, and throws `GatewayError`. */
export interface LoadJobs {
  /** Begins a load, unless one of that name was begun before: `standing`, whatever that one is to load. */
  begin(load: NewLoadJob, options?: CallOptions): Promise<'begun' | 'standing'>;
  /** `undefined` where no such load was ever begun. */
  find(name: LoadJobName, options?: CallOptions): Promise<LoadJobState | undefined>;
}
