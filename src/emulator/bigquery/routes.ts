import type { BigQueryHandler, BigQueryService } from './bigquery-call';
import { BigQueryError, errorResponse, invalid } from './bigquery-error';
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
}

const DATASET = 'datasets/:dataset';
const TABLE = `${DATASET}/tables/:table`;

const ROUTES: readonly Route[] = [
  route('GET datasets', listDatasets),
  route('POST datasets', createDataset),
  route(`GET ${DATASET}`, getDataset),
  route(`PATCH ${DATASET}`, changeDataset),
  route(`PUT ${DATASET}`, changeDataset),
  route(`DELETE ${DATASET}`, deleteDataset),
  route(`GET ${DATASET}/tables`, listTables),
  route(`POST ${DATASET}/tables`, createTable),
  route(`GET ${TABLE}`, getTable),
  route(`PATCH ${TABLE}`, changeTable),
  route(`PUT ${TABLE}`, changeTable),
  route(`DELETE ${TABLE}`, deleteTable),
  route(`GET ${TABLE}/data`, listTableData),
  route(`POST ${TABLE}/insertAll`, insertAll),
  route(`POST ${TABLE}/:testIamPermissions`, testTablePermissions),
  route('GET jobs', listJobs),
  route('POST jobs', insertJob),
  route('GET jobs/:job', getJob),
  route('POST jobs/:job/cancel', cancelJob),
  route('POST queries', runQueryNow),
  route('GET queries/:job', getQueryResults),
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
      const { handler, path } = found(request.method, groups['rest'] ?? '');
      const project = decoded(groups['project'] ?? '');
      const base = `${url.origin}${groups['prefix']}`;
      return await handler({ ...service, request, query: url.searchParams, base, path: { ...path, project } });
    } catch (error) {
      if (error instanceof BigQueryError) return errorResponse(error);
      throw error;
    }
  };
}

function route(methodAndPattern: string, handler: BigQueryHandler): Route {
  const [method = '', pattern = ''] = methodAndPattern.split(' ');
  return { method, pattern: pattern.split('/'), handler };
}

function found(method: string, rest: string) {
  const segments = rest.replace(/(?<!\/):testIamPermissions$/, '/:testIamPermissions').split('/');
  for (const { method: routeMethod, pattern, handler } of ROUTES) {
    const path = routeMethod === method ? pathOf(pattern, segments) : undefined;
    if (path !== undefined) return { handler, path };
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
