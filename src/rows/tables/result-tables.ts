import { BatchError } from '../../domain/batch-error';
import type { LoadedPurpose } from '../../domain/loaded-purpose';
import { parseTableUri } from '../../gateways/bq-uri';
import type { TableColumn, TableStore } from '../../gateways/table-store';
import type { CallOptions } from '../commits';

/** The columns that a table gets which isn't there yet: the fields of a result's or an error's line. */
const COLUMNS: Readonly<Record<LoadedPurpose, readonly TableColumn[]>> = {
  results: columnsOf({
    key: 'STRING',
    outcome: 'STRING',
    source: 'JSON',
    metadata: 'JSON',
    text: 'STRING',
    output: 'JSON',
    finishReason: 'STRING',
    modelVersion: 'STRING',
    usage: 'JSON',
    response: 'JSON',
  }),
  errors: columnsOf({ key: 'STRING', outcome: 'STRING', source: 'JSON', error: 'JSON', round: 'INTEGER' }),
};

/** A table that rows can be loaded into. */
export interface LoadTarget {
  /** Of its dataset: jobs are found by it. */
  readonly location: string;
  /** null for a table that stands. */
  readonly columns: readonly TableColumn[] | null;
}

/** Where to load, and with which columns. @throws {BatchError} `InvalidRequest` where rows can't go there */
export async function findLoadTarget(
  tables: TableStore,
  uri: string,
  purpose: LoadedPurpose,
  options: CallOptions = {},
): Promise<LoadTarget> {
  const standing = await tables.find(uri, options);
  if (standing === undefined) {
    const { project, dataset } = parseTableUri(uri);
    const found = await tables.findDataset(`bq://${project}.${dataset}`, options);
    if (found !== undefined) return { location: found.location, columns: COLUMNS[purpose] };
    throw invalid(uri, purpose, `lies in a dataset that doesn't exist; make ${project}:${dataset} first`);
  }
  if (standing.type !== 'TABLE')
    throw invalid(uri, purpose, `is a ${standing.type}, which takes no rows; name a table`);
  const key = standing.columns.find(({ name }) => name === 'key');
  if (key?.type !== 'STRING' || key.mode === 'REPEATED')
    throw invalid(
      uri,
      purpose,
      'has no column "key" of type STRING; name a table that isn’t there yet, to have it made',
    );
  return { location: standing.location, columns: null };
}

function columnsOf(types: Readonly<Record<string, string>>): readonly TableColumn[] {
  return Object.entries(types).map(([name, type]) => ({ name, type, mode: 'NULLABLE' }));
}

function invalid(uri: string, purpose: LoadedPurpose, what: string): BatchError {
  return new BatchError('InvalidRequest', `${purpose}Table ${uri} ${what}.`);
}
