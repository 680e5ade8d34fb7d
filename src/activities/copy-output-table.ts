import type { StoredTable } from '../gateways/table-store';
import { loadPartIndex } from '../rows/part-index-stored';
import type { Plan } from '../rows/plan';
import { withScanner } from '../rows/skim/scanners';
import { answerColumns } from '../rows/tables/output-table';
import type { Attempt } from './attempt';
import type { SourceFile } from '../rows/sources';
import { copyToFile, type CopyTableOptions, type TableGateways } from './copy-table';
import { KeyedRows } from './keyed-rows';

/** The rows that a table's are joined with. */
interface RowsOfPart {
  readonly plan: Plan;
  readonly part: number;
}

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
): Promise<SourceFile> {
  const columns = answerColumns(table, plan.keys.outputKeyField);
  if (columns === undefined) return await copyToFile(gateways, table, base, attempt, options);
  const index = await loadPartIndex(gateways.store, plan, part);
  return await withScanner((scanner) => {
    const rows = new KeyedRows(scanner, index);
    const some = { columns, suffice: (lines: Buffer) => rows.areFound(lines) };
    return copyToFile(gateways, table, base, attempt, { ...options, some });
  });
}
