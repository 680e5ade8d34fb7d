import { isDenied } from '../access';
import { decoded, findRoute, type FoundRoute, route, type Route } from '../route-table';
import type { BigQueryHandler, BigQueryService } from './bigquery-call';
import { accessDenied, BigQueryError, errorResponse, invalid } from './bigquery-error';
import { changeDataset, createDataset, deleteDataset, getDataset, listDatasets } from './dataset-routes';
import { cancelJob, getJob, insertJob, listJobs } from './job-routes';
import { getQueryResults, runQueryNow } from './query-routes';
import { insertAll, listTableData } from './table-data-routes';
import { changeTable, createTable, deleteTable, getTable, listTables, testTablePermissions } from './table-routes';

/** Answers what BigQuery's REST API would; `undefined` for a path that is none of its. */
export type BigQueryRoutes = (request: Request) => Promise<Response | undefined>;

const DATASET = 'datasets/:dataset';
const TABLE = `${DATASET}/tables/:table`;
/** Clients write it behind the table's name, or as a segment; no segment of theirs has a bare `|`. */
const TEST_PERMISSIONS = '|testIamPermissions';

const ROUTES: readonly Route<BigQueryHandler>[] = [
  route('GET datasets', listDatasets, null),
  route('POST datasets', createDataset, 'bigquery.datasets.create'),
  route(`GET ${DATASET}`, getDataset, 'bigquery.datasets.get'),
  route(`PATCH ${DATASET}`, changeDataset, 'bigquery.datasets.update'),
  route(`PUT ${DATASET}`, changeDataset, 'bigquery.datasets.update'),
  route(`DELETE ${DATASET}`, deleteDataset, 'bigquery.datasets.delete'),
  route(`GET ${DATASET}/tables`, listTables, 'bigquery.tables.list'),
  route(`POST ${DATASET}/tables`, createTable, 'bigquery.tables.create'),
  route(`GET ${TABLE}`, getTable, 'bigquery.tables.get'),
  route(`PATCH ${TABLE}`, changeTable, 'bigquery.tables.update'),
  route(`PUT ${TABLE}`, changeTable, 'bigquery.tables.update'),
  route(`DELETE ${TABLE}`, deleteTable, 'bigquery.tables.delete'),
  route(`GET ${TABLE}/data`, listTableData, 'bigquery.tables.getData'),
  route(`POST ${TABLE}/insertAll`, insertAll, 'bigquery.tables.updateData'),
  route(`POST ${TABLE}/${TEST_PERMISSIONS}`, testTablePermissions, null),
  route('GET jobs', listJobs, null),
  route('POST jobs', insertJob, 'bigquery.jobs.create'),
  route('GET jobs/:job', getJob, null),
  route('POST jobs/:job/cancel', cancelJob, null),
  route('POST queries', runQueryNow, 'bigquery.jobs.create'),
  route('GET queries/:job', getQueryResults, null),
];

/** With the service's own prefix, or without any, as some clients ask an emulator. */
const PATH =
  /^(?<prefix>(?:\/bigquery\/v2)?)\/projects\/(?<project>[^/]+)\/(?<rest>(?:datasets|jobs|queries)(?:\/.*)?)$/;

export function createBigQueryRoutes(service: BigQueryService): BigQueryRoutes {
  return async (request) => {
    const url = new URL(request.url);
    const groups = PATH.exec(url.pathname)?.groups;
    if (groups === undefined) return undefined;
    try {
      const { handler, path, permission } = found(request.method, groups['rest'] ?? '');
      const project = decoded(groups['project'] ?? '', malformed);
      const base = `${url.origin}${groups['prefix']}`;
      const denied = permission !== null && isDenied(service.scenario(), permission);
      if (denied) throw accessDenied(permission, { project, ...path });
      return await handler({ ...service, request, query: url.searchParams, base, path: { ...path, project } });
    } catch (error) {
      if (error instanceof BigQueryError) return errorResponse(error);
      throw error;
    }
  };
}

function found(method: string, rest: string): FoundRoute<BigQueryHandler> {
  const segments = rest.replace(/\/?:testIamPermissions$/, `/${TEST_PERMISSIONS}`).split('/');
  const known = findRoute(ROUTES, method, segments, malformed);
  if (known === undefined) throw new BigQueryError(404, 'notFound', 'Not Found');
  return known;
}

function malformed(segment: string): Error {
  return invalid(`Malformed URL: ${segment}`);
}
