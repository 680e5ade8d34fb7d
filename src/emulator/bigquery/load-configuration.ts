import { isJsonObject } from './bigquery-call';
import type { JsonObject } from './bigquery-call';
import { BigQueryError, invalid, required, shown } from './bigquery-error';
import type { TableName } from './catalog';
import { readSchema } from './table-schema';
import type { TableColumn } from './table-schema';

const WRITE = ['WRITE_APPEND', 'WRITE_TRUNCATE', 'WRITE_EMPTY'] as const;
const CREATE = ['CREATE_IF_NEEDED', 'CREATE_NEVER'] as const;

/** What a load job shall do. */
export interface LoadConfiguration {
  readonly destination: TableName;
  readonly sourceUris: readonly string[];
  /** Empty where the table or the rows say it. */
  readonly columns: readonly TableColumn[];
  readonly autodetect: boolean;
  readonly writeDisposition: (typeof WRITE)[number];
  readonly createDisposition: (typeof CREATE)[number];
  readonly schemaUpdateOptions: readonly unknown[];
  readonly maxBadRecords: number;
  readonly ignoreUnknownValues: boolean;
  /** What a new table says about itself. */
  readonly about: JsonObject;
}

/** `configuration.load` of a request. @throws {BigQueryError} 400, and 501 for formats that aren't emulated */
export function readLoadConfiguration(load: JsonObject, project: string): LoadConfiguration {
  const { sourceUris, timePartitioning, clustering } = load;
  if (!Array.isArray(sourceUris) || sourceUris.length === 0) throw required('configuration.load.sourceUris');
  assertFormat(load['sourceFormat']);
  return {
    destination: readTableReference(load['destinationTable'], project),
    sourceUris: sourceUris.map(String),
    columns: readSchema(load['schema']),
    autodetect: load['autodetect'] === true,
    writeDisposition: oneOf(load['writeDisposition'] ?? 'WRITE_APPEND', WRITE, 'writeDisposition'),
    createDisposition: oneOf(load['createDisposition'] ?? 'CREATE_IF_NEEDED', CREATE, 'createDisposition'),
    schemaUpdateOptions: Array.isArray(load['schemaUpdateOptions']) ? load['schemaUpdateOptions'] : [],
    maxBadRecords: Number(load['maxBadRecords'] ?? 0),
    ignoreUnknownValues: load['ignoreUnknownValues'] === true,
    about: {
      ...(timePartitioning !== undefined && { timePartitioning }),
      ...(clustering !== undefined && { clustering }),
    },
  };
}

function readTableReference(reference: unknown, project: string): TableName {
  if (!isJsonObject(reference)) throw required('configuration.load.destinationTable');
  const { projectId = project, datasetId, tableId } = reference;
  if (typeof datasetId !== 'string') throw required('configuration.load.destinationTable.datasetId');
  if (typeof tableId !== 'string') throw required('configuration.load.destinationTable.tableId');
  return { project: shown(projectId), dataset: datasetId, table: tableId };
}

function assertFormat(format: unknown): void {
  if (format === 'NEWLINE_DELIMITED_JSON') return;
  const given = format === undefined ? 'CSV (the default)' : shown(format);
  throw new BigQueryError(
    501,
    'notImplemented',
    `sourceFormat ${given} is not emulated, NEWLINE_DELIMITED_JSON alone is.`,
  );
}

function oneOf<Name extends string>(value: unknown, names: readonly Name[], field: string): Name {
  const known = names.find((name) => name === value);
  if (known === undefined) throw invalid(`Invalid value for ${field}: ${shown(value)} is not a valid value`, field);
  return known;
}
