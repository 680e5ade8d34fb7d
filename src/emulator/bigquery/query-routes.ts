import { integerOf, isJsonObject, jsonBodyOf, positionOf } from './bigquery-call';
import type { BigQueryCall, JsonObject } from './bigquery-call';
import { BigQueryError, required, shown } from './bigquery-error';
import { jobIdOf } from './jobs';
import type { BigQueryJob, JobPlan } from './jobs';
import { runQuery } from './query';
import { jsonText, timestampFormatOf } from './table-data-routes';
import { toSchema } from './table-schema';

/** `jobs.query`: a query and its first page in one call. */
export async function runQueryNow(call: BigQueryCall): Promise<Response> {
  const body = await jsonBodyOf(call.request);
  const { location } = body;
  const configuration = { query: body };
  const job = await call.jobs.finished(planQuery(call, { configuration, query: body, reference: { location } }));
  return results(job, 'bigquery#queryResponse', parametersOf(body));
}

export function getQueryResults(call: BigQueryCall): Promise<Response> {
  const job = call.jobs.get(call.path['project'] ?? '', call.path['job'] ?? '', call.query.get('location'));
  return results(job, 'bigquery#getQueryResultsResponse', call.query);
}

/** A query as a job. */
export function planQuery(
  { catalog, path }: BigQueryCall,
  { configuration, query, reference }: Readonly<Record<'configuration' | 'query' | 'reference', JsonObject>>,
): JobPlan {
  const projectId = path['project'] ?? '';
  const sql = query['query'];
  if (typeof sql !== 'string') throw required('query');
  const { defaultDataset } = query;
  const dataset = isJsonObject(defaultDataset) ? String(defaultDataset['datasetId']) : undefined;
  return {
    projectId,
    jobId: jobIdOf(reference),
    location: typeof reference['location'] === 'string' ? reference['location'] : 'US',
    configuration: { jobType: 'QUERY', ...configuration },
    work: async () => {
      const result = runQuery(catalog, sql, projectId, dataset);
      return { statistics: { query: { statementType: 'SELECT', totalBytesProcessed: '0' } }, errors: [], result };
    },
  };
}

async function results(job: BigQueryJob, kind: string, parameters: URLSearchParams): Promise<Response> {
  const { errorResult, outcome } = job;
  if (errorResult !== undefined) {
    throw new BigQueryError(errorResult.reason === 'notFound' ? 404 : 400, errorResult.reason, errorResult.message);
  }
  const result = outcome?.result;
  if (result === undefined) throw new BigQueryError(400, 'invalid', 'The job is no query.');
  const token = parameters.get('pageToken');
  const from = token === null ? (integerOf(parameters, 'startIndex') ?? 0) : positionOf(token);
  const page = await result.page({
    from,
    limit: integerOf(parameters, 'maxResults'),
    format: timestampFormatOf(parameters),
  });
  const head = {
    kind,
    schema: toSchema(result.columns),
    jobReference: job.reference,
    totalRows: String(result.totalRows),
    ...(page.nextPageToken !== undefined && { pageToken: page.nextPageToken }),
    totalBytesProcessed: '0',
    jobComplete: true,
    cacheHit: false,
  };
  return jsonText(head, page.rows);
}

/** What `jobs.query` has in its body, as the other calls have it in their address. */
function parametersOf({ maxResults, formatOptions }: JsonObject): URLSearchParams {
  const parameters = new URLSearchParams();
  if (maxResults !== undefined) parameters.set('maxResults', shown(maxResults));
  for (const [name, value] of Object.entries(isJsonObject(formatOptions) ? formatOptions : {})) {
    parameters.set(`formatOptions.${name}`, shown(value));
  }
  return parameters;
}
