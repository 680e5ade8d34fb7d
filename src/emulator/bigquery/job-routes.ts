import { isJsonObject, jsonBodyOf, pageOf } from './bigquery-call';
import type { BigQueryCall, JsonObject } from './bigquery-call';
import { BigQueryError, required } from './bigquery-error';
import { jobIdOf } from './jobs';
import type { BigQueryJob, JobPlan } from './jobs';
import { runLoad } from './load';
import { readLoadConfiguration } from './load-configuration';
import { planQuery } from './query-routes';

const DEFAULT_LOAD_MS = 20;

/** Begins a load or a query. Whatever it comes to, the answer is the job. */
export async function insertJob(call: BigQueryCall): Promise<Response> {
  const body = await jsonBodyOf(call.request);
  const configuration = body['configuration'];
  if (!isJsonObject(configuration)) throw required('configuration');
  const reference = isJsonObject(body['jobReference']) ? body['jobReference'] : {};
  const { jobs, scenario } = call;
  if (isJsonObject(configuration['load'])) {
    const plan = planLoad(call, configuration, configuration['load'], reference);
    return Response.json(resourceOf(call, jobs.insert(plan, scenario().bigquery?.loadMs ?? DEFAULT_LOAD_MS)));
  }
  if (!isJsonObject(configuration['query'])) {
    throw new BigQueryError(501, 'notImplemented', 'Of jobs, load and query are emulated, copy and extract are not.');
  }
  const plan = planQuery(call, { configuration, query: configuration['query'], reference });
  return Response.json(resourceOf(call, await jobs.finished(plan)));
}

export function getJob(call: BigQueryCall): Response {
  return Response.json(resourceOf(call, foundJob(call)));
}

export function listJobs(call: BigQueryCall): Response {
  const { items, nextPageToken } = pageOf(call.jobs.list(call.path['project'] ?? ''), call.query);
  const jobs = items.map((job) => {
    const { selfLink: _, ...resource } = resourceOf(call, job);
    return { ...resource, state: job.state };
  });
  return Response.json({ kind: 'bigquery#jobList', nextPageToken, jobs });
}

/** Loads are too quick here to be stopped: the answer is the job as it is, as the service's is for a job that has ended. */
export function cancelJob(call: BigQueryCall): Response {
  return Response.json({ kind: 'bigquery#jobCancelResponse', job: resourceOf(call, foundJob(call)) });
}

function foundJob(call: BigQueryCall): BigQueryJob {
  return call.jobs.get(call.path['project'] ?? '', call.path['job'] ?? '', call.query.get('location'));
}

function planLoad(call: BigQueryCall, configuration: JsonObject, settings: JsonObject, reference: JsonObject): JobPlan {
  const projectId = call.path['project'] ?? '';
  const wanted = readLoadConfiguration(settings, projectId);
  const standing = call.catalog.findDataset(wanted.destination)?.location;
  const location = typeof reference['location'] === 'string' ? reference['location'] : (standing ?? 'US');
  return {
    projectId,
    jobId: jobIdOf(reference),
    location,
    configuration: { jobType: 'LOAD', ...configuration },
    work: () => runLoad(call.catalog, call.blobs, wanted, location),
  };
}

function resourceOf(call: BigQueryCall, job: BigQueryJob) {
  const { reference, configuration, creationTime, state, endTime, errorResult, outcome } = job;
  const { projectId, jobId, location } = reference;
  const errors = outcome?.errors ?? [];
  const created = String(Math.round(creationTime));
  return {
    kind: 'bigquery#job',
    id: `${projectId}:${location}.${jobId}`,
    selfLink: `${call.base}/projects/${projectId}/jobs/${jobId}?location=${location}`,
    jobReference: reference,
    configuration,
    status: { state, ...(errorResult !== undefined && { errorResult }), ...(errors.length > 0 && { errors }) },
    statistics: {
      creationTime: created,
      startTime: created,
      ...(endTime !== undefined && { endTime: String(Math.round(endTime)) }),
      ...outcome?.statistics,
    },
  };
}
