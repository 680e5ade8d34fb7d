import { GoogleError } from '../google-error';
import type { TableName } from '../bigquery/catalog';

/** `bq://project`, with or without dataset and table. */
export interface OutputUri {
  readonly project: string;
  readonly dataset: string | undefined;
  readonly table: string | undefined;
}

/** Projects of a domain have a colon and a dot in their ids. */
const URI = /^bq:\/\/((?:[^.:]+\.[^.:]+:)?[^.:]+)(?:\.([^.]+))?(?:\.([^.]+))?$/;
const MAX_LENGTH = 2000;

/** @throws {GoogleError} INVALID_ARGUMENT; whether the service looks so early nobody has published */
export function readInputTable(uri: string): TableName {
  const { project, dataset, table } = readOutputUri(uri);
  if (dataset === undefined || table === undefined) throw malformed(uri, 'bq://projectId.bqDatasetId.bqTableId');
  return { project, dataset, table };
}

/** @throws {GoogleError} INVALID_ARGUMENT */
export function readOutputUri(uri: string): OutputUri {
  const [, project, dataset, table] = URI.exec(uri) ?? [];
  if (project === undefined || uri.length > MAX_LENGTH) {
    throw malformed(uri, 'bq://projectId, bq://projectId.bqDatasetId or bq://projectId.bqDatasetId.bqTableId');
  }
  return { project, dataset, table };
}

export function toTableUri({ project, dataset, table }: TableName): string {
  return `bq://${project}.${dataset}.${table}`;
}

function malformed(uri: string, forms: string): GoogleError {
  return new GoogleError('INVALID_ARGUMENT', `Invalid BigQuery URI "${uri}". Accepted forms: ${forms}.`);
}
