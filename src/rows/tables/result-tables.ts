import { BatchError } from '../../domain/batch-error';
import type { LoadedPurpose } from '../../domain/loaded-purpose';
import { parseTableUri } from '../../gateways/bq-uri';
import type { TableColumn, TableStore } from '../../gateways/table-store';
import type { CallOptions } from '../commits';

/** The columns that a table gets which isn't there yet: the fields of a result's or an error's line. */
export const LINE_COLUMNS: Readonly<Record<Exclude<LoadedPurpose, 'dead-letters'>, readonly TableColumn[]>> = {
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

/** The request's field, and what a table must have that stands, so that one of something else isn't filled with NULLs. */
const WANTED = {
  results: { field: 'resultsTable', name: 'key', type: 'STRING' },
  errors: { field: 'errorsTable', name: 'key', type: 'STRING' },
  'dead-letters': { field: 'deadLettersTable', name: 'request', type: 'JSON' },
} as const satisfies Record<LoadedPurpose, object>;

/** A table that rows can be loaded into. */
export interface LoadTarget {
  /** Of its dataset: jobs are found by it. */
  readonly location: string;
  /** It is there, and keeps its columns. */
  readonly stands: boolean;
}

/** Where to load. @throws {BatchError} `InvalidRequest` where rows can't go there */
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
    if (found !== undefined) return { location: found.location, stands: false };
    throw invalid(uri, purpose, `lies in a dataset that doesn't exist; make ${project}:${dataset} first`);
  }
  if (standing.type !== 'TABLE')
    throw invalid(uri, purpose, `is a ${standing.type}, which takes no rows; name a table`);
  const wanted = WANTED[purpose];
  const column = standing.columns.find(({ name }) => name === wanted.name);
  if (column?.type !== wanted.type || column.mode === 'REPEATED')
    throw invalid(
      uri,
      purpose,
      `has no column "${wanted.name}" of type ${wanted.type}; name a table that isn’t there yet, to have it made`,
    );
  return { location: standing.location, stands: true };
}

function columnsOf(types: Readonly<Record<string, string>>): readonly TableColumn[] {
  return Object.entries(types).map(([name, type]) => ({ name, type, mode: 'NULLABLE' }));
}

function invalid(uri: string, purpose: LoadedPurpose, what: string): BatchError {
  return new BatchError('InvalidRequest', `${WANTED[purpose].field} ${uri} ${what}.`);
}
