import { datasetOf, isJsonObject, jsonBodyOf, pageOf } from './bigquery-call';
import type { BigQueryCall, JsonObject } from './bigquery-call';
import { isDenied } from '../access';
import { accessDenied, BigQueryError, invalid, required } from './bigquery-error';
import { datasetId } from './catalog';
import type { Dataset } from './catalog';

/** What the service sets by itself. */
const OWN = ['kind', 'id', 'etag', 'selfLink', 'creationTime', 'lastModifiedTime', 'location', 'datasetReference'];

export async function createDataset(call: BigQueryCall): Promise<Response> {
  const body = await jsonBodyOf(call.request);
  const reference = body['datasetReference'];
  const dataset = isJsonObject(reference) ? reference['datasetId'] : undefined;
  if (typeof dataset !== 'string') throw required('datasetReference.datasetId');
  if (!/^[A-Za-z0-9_]{1,1024}$/.test(dataset)) throw invalidId('dataset', dataset);
  const name = { project: call.path['project'] ?? '', dataset };
  const created = call.catalog.createDataset(name, locationOf(body['location']), aboutOf(body));
  return Response.json(resourceOf(call, created));
}

/** All of it, or what `datasetView` names: the policy is one part, and takes a right of its own. */
export function getDataset(call: BigQueryCall): Response {
  const { access, ...resource } = resourceOf(call, call.catalog.dataset(datasetOf(call)));
  const view = call.query.get('datasetView');
  if (view === 'METADATA') return Response.json(resource);
  const permission = 'bigquery.datasets.getIamPolicy';
  if (view === 'ACL' && isDenied(call.scenario(), permission)) throw accessDenied(permission, call.path);
  return Response.json({ ...resource, access });
}

/** What the reference says of a dataset for whose making nobody was named. */
const DEFAULT_ACCESS = [
  { role: 'READER', specialGroup: 'projectReaders' },
  { role: 'WRITER', specialGroup: 'projectWriters' },
  { role: 'OWNER', specialGroup: 'projectOwners' },
];

export function listDatasets(call: BigQueryCall): Response {
  const { items, nextPageToken } = pageOf(call.catalog.datasets(call.path['project'] ?? ''), call.query);
  const datasets = items.map((dataset) => {
    const { id, datasetReference, location } = resourceOf(call, dataset);
    return { kind: 'bigquery#dataset', id, datasetReference, location };
  });
  return Response.json({ kind: 'bigquery#datasetList', nextPageToken, ...(datasets.length > 0 && { datasets }) });
}

/** PATCH changes the fields that are given, PUT all. */
export async function changeDataset(call: BigQueryCall): Promise<Response> {
  const body = await jsonBodyOf(call.request);
  const { about } = call.catalog.dataset(datasetOf(call));
  const changed = call.catalog.describeDataset(datasetOf(call), changedAbout(call, about, aboutOf(body)));
  return Response.json(resourceOf(call, changed));
}

export function deleteDataset(call: BigQueryCall): Response {
  const name = datasetOf(call);
  // The message is in hashicorp/terraform-provider-google#6688.
  if (call.query.get('deleteContents') !== 'true' && call.catalog.tables(name).length > 0) {
    throw new BigQueryError(400, 'resourceInUse', `Dataset ${datasetId(name)} is still in use`);
  }
  call.catalog.deleteDataset(name);
  return new Response(null, { status: 204 });
}

/** What is left of a description after a change; a field given as null is unset. */
export function changedAbout({ request }: BigQueryCall, before: JsonObject, changes: JsonObject): JsonObject {
  const all = request.method === 'PATCH' ? { ...before, ...changes } : changes;
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

/** As quoted in public reports of both errors; newer releases may list more characters. */
const ID_RULES = {
  dataset: 'Dataset IDs must be alphanumeric (plus underscores) and must be at most 1024 characters long.',
  table:
    'Table IDs must be alphanumeric (plus underscores) and must be at most 1024 characters long. ' +
    'Also, Table decorators cannot be used.',
} as const;

export function invalidId(kind: 'dataset' | 'table', id: string): BigQueryError {
  return invalid(`Invalid ${kind} ID "${id}". ${ID_RULES[kind]}`);
}

function aboutOf(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !OWN.includes(name)));
}

/** `US` and `EU` are in capitals, regions in lower case. */
function locationOf(location: unknown): string {
  if (typeof location !== 'string' || location === '') return 'US';
  return /^(us|eu)$/i.test(location) ? location.toUpperCase() : location.toLowerCase();
}

function resourceOf(call: BigQueryCall, dataset: Dataset) {
  const { project, location, creationTime, lastModifiedTime, about } = dataset;
  return {
    kind: 'bigquery#dataset',
    etag: Buffer.from(`${datasetId(dataset)}@${lastModifiedTime}`).toString('base64'),
    id: datasetId(dataset),
    selfLink: `${call.base}/projects/${project}/datasets/${dataset.dataset}`,
    datasetReference: { datasetId: dataset.dataset, projectId: project },
    access: DEFAULT_ACCESS as unknown,
    ...about,
    creationTime: String(Math.round(creationTime)),
    lastModifiedTime: String(Math.round(lastModifiedTime)),
    location,
    type: 'DEFAULT',
  };
}
