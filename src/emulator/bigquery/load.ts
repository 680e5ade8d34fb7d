import { readLines } from '../json-lines';
import type { Line } from '../json-lines';
import type { Blob, BlobStore } from '../storage/blob-store';
import { isJsonObject } from './bigquery-call';
import type { JsonObject } from './bigquery-call';
import { alreadyExists, BigQueryError, invalid, notFound, toErrorProto } from './bigquery-error';
import type { ErrorProto } from './bigquery-error';
import { datasetId, tableId } from './catalog';
import type { Catalog, Table } from './catalog';
import { CellRefusal, toCellRow } from './cells';
import type { CellRow } from './cells';
import { detectedSchema } from './detected-schema';
import { JobRefusal } from './jobs';
import type { JobOutcome } from './jobs';
import type { LoadConfiguration } from './load-configuration';
import { sourceObjects } from './source-objects';
import { rowCount } from './table-rows';
import type { Segment } from './table-rows';
import { assertExtends } from './table-schema';
import type { TableColumn } from './table-schema';

const DETECTED_ROWS = 500;
const SHOWN_ERRORS = 5;

interface Loaded {
  readonly segment: Segment;
  readonly errors: readonly ErrorProto[];
}

/** Reads objects of JSON lines into a table; either all of them or, with an error, none. @throws {BigQueryError | JobRefusal} */
export async function runLoad(
  catalog: Catalog,
  blobs: BlobStore,
  wanted: LoadConfiguration,
  location: string,
): Promise<JobOutcome> {
  const standing = destinationOf(catalog, wanted, location);
  const sources = sourceObjects(blobs, wanted.sourceUris);
  const columns = await columnsOf(standing, sources, blobs, wanted);
  const { segment, errors } = await loadedSegment(catalog, blobs, sources, columns, wanted);
  const table =
    catalog.findTable(wanted.destination) ?? catalog.createTable(wanted.destination, columns, { about: wanted.about });
  const replace = wanted.writeDisposition === 'WRITE_TRUNCATE';
  if (replace || columns.length > table.columns.length) catalog.describeTable(table, { columns });
  catalog.addRows(table, segment, { replace });
  const statistics = {
    inputFiles: String(sources.length),
    inputFileBytes: String(sources.reduce((sum, { size }) => sum + size, 0)),
    outputRows: String(segment.rows),
    outputBytes: String(segment.piece.size),
    badRecords: String(errors.length),
  };
  return { statistics: { load: statistics }, errors };
}

function destinationOf(catalog: Catalog, wanted: LoadConfiguration, location: string): Table | undefined {
  const dataset = catalog.dataset(wanted.destination);
  if (dataset.location !== location) {
    throw notFound('Dataset', `${datasetId(dataset)} was not found in location ${location}`);
  }
  const table = catalog.findTable(wanted.destination);
  if (table === undefined && wanted.createDisposition === 'CREATE_NEVER')
    throw notFound('Table', tableId(wanted.destination));
  if (table !== undefined && wanted.writeDisposition === 'WRITE_EMPTY' && rowCount(table.segments) > 0) {
    throw alreadyExists('Table', tableId(table));
  }
  if (table !== undefined && table.type !== 'TABLE') throw invalid(`Cannot load into a table of type ${table.type}.`);
  return table;
}

async function columnsOf(
  standing: Table | undefined,
  sources: readonly Blob[],
  blobs: BlobStore,
  wanted: LoadConfiguration,
): Promise<readonly TableColumn[]> {
  const isNew = standing === undefined || wanted.writeDisposition === 'WRITE_TRUNCATE';
  if (wanted.columns.length > 0) {
    if (!isNew) assertMayHave(standing, wanted.columns, wanted);
    return wanted.columns;
  }
  if (standing !== undefined && standing.columns.length > 0 && !(isNew && wanted.autodetect)) return standing.columns;
  if (!wanted.autodetect) throw invalid('No schema specified on job or table.');
  return detectedSchema(await firstRows(blobs, sources));
}

function assertMayHave(table: Table, columns: readonly TableColumn[], wanted: LoadConfiguration): void {
  assertExtends(table.columns, columns, tableId(table));
  const added = columns[table.columns.length];
  if (added === undefined || wanted.schemaUpdateOptions.includes('ALLOW_FIELD_ADDITION')) return;
  throw invalid(`Provided Schema does not match Table ${tableId(table)}. Cannot add fields (field: ${added.name})`);
}

async function firstRows(blobs: BlobStore, sources: readonly Blob[]): Promise<JsonObject[]> {
  const rows: JsonObject[] = [];
  for (const blob of sources) {
    for await (const line of readLines(blobs.read(blob))) {
      const row = isBlank(line) ? undefined : parsed(line);
      if (isJsonObject(row)) rows.push(row);
      if (rows.length === DETECTED_ROWS) return rows;
    }
  }
  return rows;
}

async function loadedSegment(
  catalog: Catalog,
  blobs: BlobStore,
  sources: readonly Blob[],
  columns: readonly TableColumn[],
  wanted: LoadConfiguration,
): Promise<Loaded> {
  const writer = catalog.writer(columns.length);
  const errors: ErrorProto[] = [];
  try {
    for (const blob of sources) {
      for await (const line of readLines(blobs.read(blob))) {
        if (isBlank(line)) continue;
        const row = readLine(line, blob, columns, wanted);
        if ('f' in row) writer.add(row);
        else errors.push(row);
        if (writer.isFull) await writer.flush();
        if (errors.length > wanted.maxBadRecords) throw tooManyErrors(writer.rows, errors);
      }
    }
    return { segment: await writer.close(), errors };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

function readLine(
  line: Line,
  blob: Blob,
  columns: readonly TableColumn[],
  wanted: LoadConfiguration,
): CellRow | ErrorProto {
  try {
    return toCellRow(parsed(line), columns, { json: 'value', ignoreUnknownValues: wanted.ignoreUnknownValues });
  } catch (error) {
    if (!(error instanceof CellRefusal || error instanceof SyntaxError)) throw error;
    const uri = `gs://${blob.bucket}/${blob.name}`;
    const place = `Error while reading data, error message: JSON parsing error in row starting at position ${line.start}`;
    return toErrorProto(new BigQueryError(400, 'invalid', `${place}: ${error.message} File: ${uri}`, uri));
  }
}

function parsed(line: Line): unknown {
  return JSON.parse(line.bytes.toString('utf8'));
}

function isBlank({ bytes }: Line): boolean {
  return bytes.length === 0 || /^\s*$/.test(bytes.toString('latin1'));
}

function tooManyErrors(rows: number, errors: readonly ErrorProto[]): JobRefusal {
  const errorResult = {
    reason: 'invalid',
    ...(errors[0]?.location !== undefined && { location: errors[0].location }),
    message:
      'Error while reading data, error message: JSON table encountered too many errors, giving up. ' +
      `Rows: ${rows + errors.length}; errors: ${errors.length}. Please look into the errors[] collection for more details.`,
  };
  return new JobRefusal(errorResult, [errorResult, ...errors.slice(0, SHOWN_ERRORS)]);
}
