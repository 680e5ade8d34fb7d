import { integerOf, isJsonObject, jsonBodyOf, positionOf, tableOf, tokenOf } from './bigquery-call';
import type { BigQueryCall, JsonObject } from './bigquery-call';
import { invalid } from './bigquery-error';
import type { Catalog, Table } from './catalog';
import { CellRefusal, toCellRow } from './cells';
import type { CellRow } from './cells';
import { rowView } from './shown-row';
import type { RowView } from './shown-row';
import { rowCount } from './table-rows';
import type { TimestampFormat } from './timestamps';

/**
 * An answer ends before its rows pass this, unless it is one row: Google's page "Read data with BigQuery API using
 * pagination" gives 10 MB, no limit of rows, and 100 MB for a single row. The service measures its own representation
 * of the rows, which nobody has published; JSON is measured here.
 */
const PAGE_BYTES = 10_000_000;

export async function listTableData(call: BigQueryCall): Promise<Response> {
  const table = call.catalog.table(tableOf(call));
  if (table.type !== 'TABLE') throw invalid(`Cannot list a table of type ${table.type}.`);
  const token = call.query.get('pageToken');
  const from = token === null || token === '' ? (integerOf(call.query, 'startIndex') ?? 0) : positionOf(token);
  const view = rowView(table.columns, call.query.get('selectedFields') ?? '', timestampFormatOf(call.query));
  const page = await rowPage(call.catalog, table, { from, limit: integerOf(call.query, 'maxResults'), view });
  return jsonText(
    {
      kind: 'bigquery#tableDataList',
      etag: Buffer.from(`${table.lastModifiedTime}`).toString('base64'),
      totalRows: String(rowCount(table.segments)),
      ...(page.nextPageToken !== undefined && { pageToken: page.nextPageToken }),
    },
    page.rows,
  );
}

export interface RowPage {
  /** JSON, row by row. */
  readonly rows: readonly string[];
  readonly nextPageToken: string | undefined;
}

/** As many rows as are asked for and as an answer can carry. */
export async function rowPage(
  catalog: Catalog,
  table: Table,
  options: { from: number; limit: number | undefined; view: RowView; total?: number },
): Promise<RowPage> {
  const { from, view, total = rowCount(table.segments) } = options;
  const to = Math.min(total, from + (options.limit ?? total));
  const rows: string[] = [];
  let bytes = 0;
  for await (const row of catalog.read(table, from, to)) {
    const shown = view(row);
    bytes += shown.length;
    if (bytes > PAGE_BYTES && rows.length > 0) break;
    rows.push(shown);
  }
  const next = from + rows.length;
  return { rows, nextPageToken: next < total ? tokenOf(next) : undefined };
}

/** `rows` come last, as they are. */
export function jsonText(head: object, rows: readonly string[]): Response {
  const list = rows.length === 0 ? '' : `,"rows":[${rows.join(',')}]`;
  const body = `${JSON.stringify(head).slice(0, -1)}${list}}`;
  return new Response(body, { headers: { 'content-type': 'application/json; charset=UTF-8' } });
}

/** `formatOptions.timestampOutputFormat`, or its elder `formatOptions.useInt64Timestamp`. */
export function timestampFormatOf(query: URLSearchParams): TimestampFormat {
  const format = query.get('formatOptions.timestampOutputFormat');
  if (format === 'INT64' || format === 'ISO8601_STRING') return format;
  // Google's client for Python writes `True`
  return /^true$/i.test(query.get('formatOptions.useInt64Timestamp') ?? '') ? 'INT64' : 'FLOAT64';
}

/** Streams rows in. They can be listed at once here; the service may take a moment. */
export async function insertAll(call: BigQueryCall): Promise<Response> {
  const table = call.catalog.table(tableOf(call));
  if (table.type !== 'TABLE') throw invalid(`Cannot add rows to a table of type ${table.type}.`);
  const body = await jsonBodyOf(call.request);
  const given = Array.isArray(body['rows']) ? body['rows'] : [];
  if (given.length === 0) throw invalid('No rows present in the request.');
  const read = given.map((row) => readInsert(row, table, body));
  const isStopped = body['skipInvalidRows'] !== true && read.some((row) => 'errors' in row);
  const insertErrors = read.flatMap((row, index) => {
    if ('errors' in row) return [{ index, errors: row.errors }];
    return isStopped ? [{ index, errors: [{ reason: 'stopped', location: '', debugInfo: '', message: '' }] }] : [];
  });
  const sound = read.flatMap((row) => ('errors' in row ? [] : [row]));
  if (!isStopped) await addRows(call.catalog, table, sound);
  const kind = 'bigquery#tableDataInsertAllResponse';
  return Response.json({ kind, ...(insertErrors.length > 0 && { insertErrors }) });
}

function readInsert(row: unknown, table: Table, body: JsonObject): CellRow | { readonly errors: readonly object[] } {
  const ignoreUnknownValues = body['ignoreUnknownValues'] === true;
  try {
    const values = isJsonObject(row) ? row['json'] : undefined;
    return toCellRow(values, table.columns, { json: 'text', ignoreUnknownValues });
  } catch (error) {
    if (!(error instanceof CellRefusal)) throw error;
    const { location, message } = error;
    return { errors: [{ reason: 'invalid', location, debugInfo: '', message }] };
  }
}

async function addRows(catalog: Catalog, table: Table, rows: readonly CellRow[]): Promise<void> {
  if (rows.length === 0) return;
  const writer = catalog.writer(table.columns.length);
  for (const row of rows) writer.add(row);
  catalog.addRows(table, await writer.close());
}
