import { isDenied } from '../access';
import { datasetOf, isJsonObject, jsonBodyOf, pageOf, tableOf } from './bigquery-call';
import type { BigQueryCall, JsonObject } from './bigquery-call';
import { invalid, required, shown } from './bigquery-error';
import { tableId } from './catalog';
import type { Table } from './catalog';
import { changedAbout, invalidId } from './dataset-routes';
import { byteCount, rowCount } from './table-rows';
import { assertExtends, readSchema, toSchema } from './table-schema';

/** What the service sets by itself, and what is kept in fields of their own. */
const OWN = [
  'kind',
  'id',
  'etag',
  'selfLink',
  'tableReference',
  'schema',
  'type',
  'creationTime',
  'lastModifiedTime',
  'expirationTime',
  'location',
  'numRows',
  'numBytes',
  'numLongTermBytes',
];

export async function createTable(call: BigQueryCall): Promise<Response> {
  const body = await jsonBodyOf(call.request);
  const reference = body['tableReference'];
  const table = isJsonObject(reference) ? reference['tableId'] : undefined;
  if (typeof table !== 'string') throw required('tableReference.tableId');
  if (!/^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]{1,1024}$/u.test(table)) throw invalidId('table', table);
  const created = call.catalog.createTable({ ...datasetOf(call), table }, readSchema(body['schema']), {
    type: typeOf(body),
    about: aboutOf(body),
    expirationTime: timeOf(body['expirationTime']),
  });
  return Response.json(resourceOf(call, created));
}

export function getTable(call: BigQueryCall): Response {
  return Response.json(resourceOf(call, call.catalog.table(tableOf(call))));
}

export function listTables(call: BigQueryCall): Response {
  const all = call.catalog.tables(datasetOf(call));
  const { items, nextPageToken } = pageOf(all, call.query);
  const tables = items.map((table) => {
    const { id, tableReference, type, creationTime } = resourceOf(call, table);
    return { kind: 'bigquery#table', id, tableReference, type, creationTime };
  });
  const totalItems = all.length;
  return Response.json({ kind: 'bigquery#tableList', nextPageToken, ...(totalItems > 0 && { tables }), totalItems });
}

/** PATCH changes the fields that are given, PUT all. Columns may be added, and nothing else done to them. */
export async function changeTable(call: BigQueryCall): Promise<Response> {
  const body = await jsonBodyOf(call.request);
  const before = call.catalog.table(tableOf(call));
  const columns = body['schema'] === undefined ? before.columns : readSchema(body['schema']);
  assertExtends(before.columns, columns, tableId(before));
  const expirationTime = body['expirationTime'] === undefined ? before.expirationTime : timeOf(body['expirationTime']);
  const about = changedAbout(call, before.about, aboutOf(body));
  return Response.json(resourceOf(call, call.catalog.describeTable(before, { columns, about, expirationTime })));
}

export function deleteTable(call: BigQueryCall): Response {
  call.catalog.deleteTable(tableOf(call));
  return new Response(null, { status: 204 });
}

/** What the scenario denies is denied on every table. */
export async function testTablePermissions(call: BigQueryCall): Promise<Response> {
  call.catalog.table(tableOf(call));
  const { permissions } = await jsonBodyOf(call.request);
  if (!Array.isArray(permissions)) throw required('permissions');
  const held = permissions.filter((permission) => !isDenied(call.scenario(), shown(permission)));
  return Response.json(held.length > 0 ? { permissions: held } : {});
}

function typeOf(body: JsonObject): Table['type'] {
  if (body['view'] !== undefined) return 'VIEW';
  if (body['materializedView'] !== undefined) return 'MATERIALIZED_VIEW';
  return body['externalDataConfiguration'] === undefined ? 'TABLE' : 'EXTERNAL';
}

function aboutOf(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !OWN.includes(name)));
}

function timeOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (!/^\d+$/.test(shown(value))) throw invalid(`Invalid value at 'expirationTime': ${JSON.stringify(value)}`);
  return Number(value);
}

function resourceOf(call: BigQueryCall, table: Table) {
  const { project, dataset, type, columns, creationTime, lastModifiedTime, expirationTime, about } = table;
  const numBytes = String(byteCount(table.segments));
  return {
    kind: 'bigquery#table',
    etag: Buffer.from(`${tableId(table)}@${lastModifiedTime}`).toString('base64'),
    id: tableId(table),
    selfLink: `${call.base}/projects/${project}/datasets/${dataset}/tables/${table.table}`,
    tableReference: { projectId: project, datasetId: dataset, tableId: table.table },
    ...about,
    ...(columns.length > 0 && { schema: toSchema(columns) }),
    ...(type !== 'VIEW' && { numRows: String(rowCount(table.segments)), numBytes, numLongTermBytes: '0' }),
    creationTime: String(Math.round(creationTime)),
    lastModifiedTime: String(Math.round(lastModifiedTime)),
    ...(expirationTime !== undefined && { expirationTime: String(expirationTime) }),
    type,
    location: call.catalog.dataset({ project, dataset }).location,
  };
}
