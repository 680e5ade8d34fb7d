import { isDenied } from '../access';
import { assertAuthorized } from '../authorization';
import type { EmulatorClock } from '../clock';
import { GoogleError, jsonResponse } from '../google-error';
import type { Scenario } from '../scenario';
import { readCreateRequest } from './create-request';
import { modelPredicate, publisherModel, tunedModel } from './models';
import { toResource } from './job';
import type { Jobs } from './jobs';
import { Operations } from './operations';
import type { Projects } from './projects';

export interface VertexContext {
  readonly jobs: Jobs;
  readonly projects: Projects;
  readonly clock: EmulatorClock;
  readonly scenario: () => Scenario;
}

interface Target {
  readonly version: 'v1' | 'v1beta1';
  readonly location: string;
  /** `projects/{number}/locations/{location}`. */
  readonly parent: string;
  readonly collection: 'batchPredictionJobs' | 'operations' | 'models';
  readonly id: string | undefined;
  readonly verb: string | undefined;
  readonly url: URL;
}

/** Any prefix, as base paths may be set; `/ui` is where Google's own client asks for operations. */
const PATH =
  /\/(?<version>v1|v1beta1|ui)\/projects\/(?<project>[^/]+)\/locations\/(?<location>[^/]+)\/(?<collection>batchPredictionJobs|operations|models)(?:\/(?<id>[^/:]+))?(?::(?<verb>\w+))?$/;

const PUBLISHED = /\/v1(?:beta1)?\/(publishers\/[^/]+\/models\/[^/:]+)$/;

/** What each call needs, where the service has said so, or is known to name permissions by its calls. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  'POST batchPredictionJobs': 'aiplatform.batchPredictionJobs.create',
  'GET batchPredictionJobs': 'aiplatform.batchPredictionJobs.list',
  'GET batchPredictionJobs/*': 'aiplatform.batchPredictionJobs.get',
  'POST batchPredictionJobs/*:cancel': 'aiplatform.batchPredictionJobs.cancel',
  'DELETE batchPredictionJobs/*': 'aiplatform.batchPredictionJobs.delete',
  'GET models/*': 'aiplatform.models.get',
};

/** The batch prediction calls of Vertex AI. `undefined` for a path that is none of them. */
export function createVertexRoutes(context: VertexContext): (request: Request) => Promise<Response | undefined> {
  const operations = new Operations();
  return async (request) => {
    const url = new URL(request.url);
    const published = PUBLISHED.exec(decodeURIComponent(url.pathname))?.[1];
    const target = targetOf(url, context.projects);
    if (target === undefined && published === undefined) return undefined;
    try {
      assertAuthorized(request);
      if (published !== undefined) return jsonResponse(publisherModel(published, context.scenario().models));
      if (target !== undefined) return await answer(request, target, context, operations);
      return undefined;
    } catch (error) {
      if (error instanceof GoogleError) return error.toResponse();
      throw error;
    }
  };
}

function targetOf(url: URL, projects: Projects): Target | undefined {
  const groups = PATH.exec(decodeURIComponent(url.pathname))?.groups;
  if (groups === undefined) return undefined;
  const { version, project, location, collection, id, verb } = groups as Record<string, string>;
  return {
    version: version === 'v1beta1' ? 'v1beta1' : 'v1',
    location: location as string,
    parent: `projects/${projects.numberOf(project as string)}/locations/${location}`,
    collection: collection as Target['collection'],
    id,
    verb,
    url,
  };
}

async function answer(
  request: Request,
  target: Target,
  context: VertexContext,
  operations: Operations,
): Promise<Response | undefined> {
  const { parent, collection, id, verb } = target;
  const route = `${request.method} ${collection}${id === undefined ? '' : '/*'}${verb === undefined ? '' : `:${verb}`}`;
  const name = `${parent}/${collection}/${id}`;
  assertAllowed(route, target, context.scenario());
  switch (route) {
    case 'POST batchPredictionJobs':
      return create(request, target, context);
    case 'GET batchPredictionJobs':
      return list(target, context);
    case 'GET batchPredictionJobs/*':
      return jsonResponse(toResource(context.jobs.get(name), wantsNumbers(target.url)));
    case 'POST batchPredictionJobs/*:cancel':
      context.jobs.cancel(name);
      return jsonResponse({});
    case 'DELETE batchPredictionJobs/*':
      context.jobs.delete(name);
      return jsonResponse(operations.finished(parent, context.clock.stamp()));
    case 'GET models/*':
      return jsonResponse(tunedModel(name));
    case 'GET operations/*':
      return jsonResponse(operations.get(name));
    default:
      return undefined;
  }
}

function assertAllowed(route: string, { parent }: Target, scenario: Scenario): void {
  const permission = PERMISSIONS[route];
  if (permission === undefined || !isDenied(scenario, permission)) return;
  throw new GoogleError(
    'PERMISSION_DENIED',
    `Permission '${permission}' denied on resource '//aiplatform.googleapis.com/${parent}'`,
  );
}

async function create(request: Request, target: Target, context: VertexContext): Promise<Response> {
  const body = await readBody(request);
  const spec = readCreateRequest(body, {
    version: target.version,
    location: target.location,
    knowsModel: modelPredicate(context.scenario().models),
  });
  const job = context.jobs.create(target.parent, spec);
  return jsonResponse(toResource(job, wantsNumbers(target.url)));
}

function list(target: Target, context: VertexContext): Response {
  const query = target.url.searchParams;
  const pageSize = Number(query.get('pageSize') ?? query.get('page_size') ?? 0);
  if (!Number.isInteger(pageSize) || pageSize < 0) {
    throw new GoogleError('INVALID_ARGUMENT', `Invalid page size: ${query.get('pageSize')}.`);
  }
  const { jobs, nextPageToken } = context.jobs.list(target.parent, {
    filter: query.get('filter') ?? '',
    pageSize,
    pageToken: query.get('pageToken') ?? query.get('page_token') ?? '',
  });
  return jsonResponse({
    ...(jobs.length > 0 && { batchPredictionJobs: jobs.map((job) => toResource(job, wantsNumbers(target.url))) }),
    ...(nextPageToken !== undefined && { nextPageToken }),
  });
}

function wantsNumbers(url: URL): boolean {
  return (url.searchParams.get('$alt') ?? url.searchParams.get('alt') ?? '').includes('enum-encoding=int');
}

async function readBody(request: Request): Promise<unknown> {
  const text = await request.text();
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GoogleError('INVALID_ARGUMENT', `Invalid JSON payload received. ${reason}`);
  }
}
