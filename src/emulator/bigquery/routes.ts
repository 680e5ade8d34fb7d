import { isDenied } from '../access';
import type { BigQueryHandler, BigQueryService } from './bigquery-call';
import { accessDenied, BigQueryError, errorResponse, invalid } from './bigquery-error';
import { changeDataset, createDataset, deleteDataset, getDataset, listDatasets } from './dataset-routes';
import { cancelJob, getJob, insertJob, listJobs } from './job-routes';
import { getQueryResults, runQueryNow } from './query-routes';
import { insertAll, listTableData } from './table-data-routes';
import { changeTable, createTable, deleteTable, getTable, listTables, testTablePermissions } from './table-routes';

/** Answers what BigQuery's REST API would; `undefined` for a path that is none of its. */
export type BigQueryRoutes = (request: Request) => Promise<Response | undefined>;

interface Route {
  readonly method: string;
  readonly pattern: readonly string[];
  readonly handler: BigQueryHandler;
  /** What the caller needs; null for what anybody may ask. */
  readonly permission: string | null;
}

const DATASET = 'datasets/:dataset';
const TABLE = `${DATASET}/tables/:table`;

const ROUTES: readonly Route[] = [
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
  route(`POST ${TABLE}/:testIamPermissions`, testTablePermissions, null),
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
      const project = decoded(groups['project'] ?? '');
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

function route(methodAndPattern: string, handler: BigQueryHandler, permission: Route['permission']): Route {
  const [method = '', pattern = ''] = methodAndPattern.split(' ');
  return { method, pattern: pattern.split('/'), handler, permission };
}

function found(method: string, rest: string) {
  const segments = rest.replace(/(?<!\/):testIamPermissions$/, '/:testIamPermissions').split('/');
  for (const { method: routeMethod, pattern, handler, permission } of ROUTES) {
    const path = routeMethod === method ? pathOf(pattern, segments) : undefined;
    if (path !== undefined) return { handler, path, permission };
  }
  throw new BigQueryError(404, 'notFound', 'Not Found');
}

function pathOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const path: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (expected === segment) continue;
    if (!expected.startsWith(':') || expected === ':testIamPermissions') return undefined;
    path[expected.slice(1)] = decoded(segment);
  }
  return path;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalid(`Malformed URL: ${segment}`);
  }
}
