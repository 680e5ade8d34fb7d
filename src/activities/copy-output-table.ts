import type { StoredTable } from '../gateways/table-store';
import { loadPartIndex } from '../rows/part-index-stored';
import type { Plan } from '../rows/plan';
import type { JobOutputs } from '../rows/records';
import { withScanner } from '../rows/skim/scanners';
import { answerColumns } from '../rows/tables/output-table';
import type { Attempt } from './attempt';
import { copyToFile, type CopyTableOptions, type TableGateways } from './copy-table';
import { KeyedRows } from './keyed-rows';
import { pinnedTable } from './pinned-table';

/** The rows that a table's are joined with. */
interface RowsOfPart {
  readonly plan: Plan;
  readonly part: number;
}

/** A table as a file, and which one it is. */
type CopiedOutput = Required<Pick<JobOutputs, 'files' | 'table'>>;

/**
 * Copies a table that a job wrote: of rows that are found by their keys no more than key and answer, since the request that they echo is
 * most of their bytes; all columns from the first range on in which a row isn't.
 */
export async function copyOutputTable(
  gateways: TableGateways,
  table: StoredTable,
  base: string,
  { plan, part }: RowsOfPart,
  attempt: Attempt,
  options: Omit<CopyTableOptions, 'validation' | 'some'>,
): Promise<CopiedOutput> {
  const columns = answerColumns(table, plan.keys.outputKeyField);
  const copy = (some?: CopyTableOptions['some']) => copyToFile(gateways, table, base, attempt, { ...options, some });
  if (columns === undefined) return { files: [await copy()], table: pinnedTable(table) };
  const index = await loadPartIndex(gateways.store, plan, part);
  const file = await withScanner((scanner) => {
    const rows = new KeyedRows(scanner, index);
    return copy({ columns, suffice: (lines) => rows.areFound(lines) });
  });
  return { files: [file], table: pinnedTable(table) };
}
