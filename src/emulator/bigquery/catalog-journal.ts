import type { Dataset, Table, TableName } from './catalog';
import type { Segment } from './table-rows';

/** What changes a catalog; its state is the sum of them. */
export type CatalogEvent =
  | { readonly type: 'dataset'; readonly dataset: Dataset }
  | { readonly type: 'dataset-deleted'; readonly project: string; readonly dataset: string }
  | { readonly type: 'table'; readonly table: Table }
  | RowsAdded
  | { readonly type: 'table-deleted'; readonly project: string; readonly dataset: string; readonly table: string };

/** Names the new rows alone, so that a table that grows by the row has a journal as long as its rows. */
export interface RowsAdded extends TableName {
  readonly type: 'rows';
  readonly segment: Segment;
  /** Whether what stood there is gone. */
  readonly replace: boolean;
  readonly lastModifiedTime: number;
}

/** Where events are written before they count. */
export interface CatalogJournal {
  append(event: CatalogEvent): void;
}
