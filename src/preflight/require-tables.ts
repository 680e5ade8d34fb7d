import { BatchError } from '../domain/batch-error';
import type { TableStore } from '../gateways/table-store';
import type { CallOptions } from '../gateways/vertex-jobs';
import { findLoadTarget } from '../rows/tables/result-tables';
import { findOutputDataset } from './output-dataset';

/** What a run will write in BigQuery. */
export interface NeededTables {
  /** The jobs'. */
  readonly location: string;
  /** `bq://project[.dataset[.table]]` */
  readonly outputTable?: string;
  readonly resultsTable?: string;
  readonly errorsTable?: string;
  readonly deadLettersTable?: string;
}

/**
 * Refuses datasets that aren't there or lie elsewhere, and tables that take no rows: a job would run, bill and fail, or its results
 * have nowhere to go.
 * @throws {BatchError} `InvalidRequest` with the remedy
 * @throws {GatewayError} `permission` where these credentials can't see them
 */
export async function requireTables(
  tables: TableStore,
  { location, outputTable, resultsTable, errorsTable, deadLettersTable }: NeededTables,
  options: CallOptions,
): Promise<void> {
  await Promise.all([
    outputTable === undefined ? null : requireDataset(tables, { field: 'output', uri: outputTable, location }, options),
    resultsTable === undefined ? null : findLoadTarget(tables, resultsTable, 'results', options),
    errorsTable === undefined ? null : findLoadTarget(tables, errorsTable, 'errors', options),
    // the job of another run is to read it
    deadLettersTable === undefined
      ? null
      : requireDataset(tables, { field: 'deadLettersTable', uri: deadLettersTable, location }, options),
  ]);
}

async function requireDataset(
  tables: TableStore,
  { field, uri, location }: { readonly field: string; readonly uri: string; readonly location: string },
  options: CallOptions,
): Promise<void> {
  const found = await findOutputDataset(tables, { output: uri, location }, options);
  if (found.kind === 'absent') throw invalid(`${field} ${uri} lies in no dataset; make it: ${found.remedy}`);
  if (found.kind !== 'elsewhere') return;
  throw invalid(
    `${field} ${uri} lies in ${found.location}, and the job would run in ${location}: jobs read and write datasets of their own region only; set location, or name a dataset that lies in ${location}`,
  );
}

function invalid(message: string): BatchError {
  return new BatchError('InvalidRequest', message);
}
