import { fromDescribedJob, fromVertexJob, toCreateBody } from '../schemas/vertex-job';
import { parseEndpoint, vertexBaseUrl, type Endpoint } from './endpoint';
import { GatewayError, type GatewayErrorKind } from './gateway-error';
import { GoogleRest, notTheApi, type RestCall } from './google-rest';
import type {
  CallOptions,
  NewVertexJob,
  VertexJob,
  VertexJobDescription,
  VertexJobs,
  VertexParent,
} from './vertex-jobs';
import type { RestGatewayOptions } from './rest-gateway-options';

const PAGE_SIZE = 100;
const ANSWER_LIMIT_BYTES = 16 * 1024 * 1024;

/** One request of the API. */
interface Call extends Omit<RestCall, 'endpoint'> {
  readonly location: string;
}

/** {@link VertexJobs} over the REST API, v1. */
export class VertexJobsRest implements VertexJobs {
  readonly #endpoint: Endpoint | undefined;
  readonly #rest: GoogleRest;

  /** @throws {GatewayError} `invalid-request` for an endpoint that may not see credentials */
  constructor(options: RestGatewayOptions) {
    this.#endpoint = options.endpoint === undefined ? undefined : parseEndpoint(options.endpoint, options.trustedHosts);
    const { tokens, fetch, observe } = options;
    this.#rest = new GoogleRest({
      ...{ tokens, fetch, observe, service: 'jobs' },
      ...{ remedies: REMEDIES, answerLimitBytes: ANSWER_LIMIT_BYTES },
    });
  }

  async create(parent: VertexParent, job: NewVertexJob, options: CallOptions = {}): Promise<VertexJob> {
    const resource = parentPath(parent);
    const action = `create batch prediction job "${job.displayName}" in ${resource}`;
    const path = `${resource}/batchPredictionJobs`;
    return this.#callForJob(
      { action, location: parent.location, method: 'POST', path, body: toCreateBody(job) },
      options,
    );
  }

  async get(name: string, options: CallOptions = {}): Promise<VertexJob> {
    return this.#callForJob({ action: `get ${name}`, location: locationOf(name), method: 'GET', path: name }, options);
  }

  async describe(name: string, options: CallOptions = {}): Promise<VertexJobDescription> {
    const action = `get ${name}`;
    const json = await this.#call({ action, location: locationOf(name), method: 'GET', path: name }, options);
    return named(action, () => fromDescribedJob(json));
  }

  async *list(parent: VertexParent, filter: string, options: CallOptions = {}): AsyncIterable<VertexJob> {
    const resource = parentPath(parent);
    const action = `list batch prediction jobs of ${resource}`;
    const seen = new Set<string>();
    let pageToken = '';
    do {
      seen.add(pageToken);
      const query = new URLSearchParams({ filter, pageSize: String(PAGE_SIZE), ...(pageToken && { pageToken }) });
      const path = `${resource}/batchPredictionJobs?${query.toString()}`;
      const page = await this.#call({ action, location: parent.location, method: 'GET', path }, options);
      yield* jobsOf(page).map((job) => named(action, () => fromVertexJob(job)));
      pageToken = nextPageTokenOf(page);
      if (pageToken && seen.has(pageToken)) throw notTheApi(action, 'the listing repeats a page');
    } while (pageToken);
  }

  async cancel(name: string, options: CallOptions = {}): Promise<void> {
    const location = locationOf(name);
    await this.#call({ action: `cancel ${name}`, location, method: 'POST', path: `${name}:cancel`, body: {} }, options);
  }

  async delete(name: string, options: CallOptions = {}): Promise<void> {
    await this.#call({ action: `delete ${name}`, location: locationOf(name), method: 'DELETE', path: name }, options);
  }

  async #callForJob(call: Call, options: CallOptions): Promise<VertexJob> {
    const json = await this.#call(call, options);
    return named(call.action, () => fromVertexJob(json));
  }

  #call({ location, path, ...call }: Call, options: CallOptions): Promise<unknown> {
    const endpoint = this.#endpoint ?? { baseUrl: vertexBaseUrl(location), takesCredentials: true };
    return this.#rest.call({ ...call, endpoint, path: `/v1/${path}` }, options);
  }
}

const REMEDIES: Readonly<Record<GatewayErrorKind, string>> = {
  unavailable: 'the service could not answer.',
  quota: 'too many requests, or a quota is used up.',
  unauthenticated: 'the credentials were not accepted. Check Application Default Credentials.',
  permission: "permission denied. Grant roles/aiplatform.user to the worker's service account.",
  'not-found': 'not found. Check project, location, model and name.',
  precondition: "the job's state does not allow it.",
  'invalid-request': 'the request was refused as invalid.',
};

/** Says which call an unreadable answer belongs to. */
function named<T>(action: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    throw new GatewayError(error.kind, `Cannot ${action}: ${error.message}`, { cause: error });
  }
}

function jobsOf(page: unknown): readonly unknown[] {
  const jobs = (page as { batchPredictionJobs?: unknown } | null)?.batchPredictionJobs;
  return Array.isArray(jobs) ? jobs : [];
}

function nextPageTokenOf(page: unknown): string {
  const token = (page as { nextPageToken?: unknown } | null)?.nextPageToken;
  return typeof token === 'string' ? token : '';
}

const LOCATION = /^[a-z0-9-]+$/;

/** @throws {GatewayError} for what can't be a part of a URL, and of the name of the host that gets the token */
export function parentPath({ project, location }: VertexParent): string {
  if (!LOCATION.test(location))
    throw invalid(`location must be a region such as us-central1, or global, got "${location}"`);
  if (!/^[a-z0-9.:-]+$/.test(project)) throw invalid(`project must be a project id or number, got "${project}"`);
  return `projects/${project}/locations/${location}`;
}

function locationOf(name: string): string {
  const location = /^projects\/[a-z0-9.:-]+\/locations\/([a-z0-9-]+)\/batchPredictionJobs\/[A-Za-z0-9_-]+$/.exec(
    name,
  )?.[1];
  if (location !== undefined) return location;
  throw invalid(`job name must be projects/P/locations/L/batchPredictionJobs/ID, got "${name}"`);
}

function invalid(message: string): GatewayError {
  return new GatewayError('invalid-request', message, { effect: 'never-sent' });
}
