import { fromLoadJob, toLoadJob } from '../schemas/load-job-resource';
import { BIGQUERY, parseEndpoint, type Endpoint } from './endpoint';
import { isGatewayError, type GatewayErrorKind } from './gateway-error';
import { GoogleRest } from './google-rest';
import type { LoadJobName, LoadJobs, LoadJobState, NewLoadJob } from './load-jobs';
import type { RestGatewayOptions } from './rest-gateway-options';
import type { CallOptions } from './vertex-jobs';

/** What BigQuery says of a job's id that was used before. */
const ID_TAKEN = 409;

const ANSWER_LIMIT_BYTES = 16 * 1024 * 1024;

/** {@link LoadJobs} over the REST API, v2. */
export class LoadJobsRest implements LoadJobs {
  readonly #endpoint: Endpoint;
  readonly #rest: GoogleRest;

  /** @throws {GatewayError} `invalid-request` for an endpoint that may not see credentials */
  constructor({ tokens, endpoint, fetch, observe, trustedHosts }: RestGatewayOptions) {
    this.#endpoint = endpoint === undefined ? BIGQUERY : parseEndpoint(endpoint, trustedHosts);
    this.#rest = new GoogleRest({
      ...{ tokens, fetch, observe, service: 'loads' },
      ...{ remedies: REMEDIES, answerLimitBytes: ANSWER_LIMIT_BYTES },
    });
  }

  async begin(load: NewLoadJob, options?: CallOptions): Promise<'begun' | 'standing'> {
    const action = `load ${load.sourceUris.length} objects into ${load.table}`;
    const call = {
      action,
      endpoint: this.#endpoint,
      method: 'POST',
      path: jobsPath(load),
      body: toLoadJob(load),
    } as const;
    try {
      await this.#rest.call(call, options);
      return 'begun';
    } catch (error) {
      if (isGatewayError(error) && error.status === ID_TAKEN) return 'standing';
      throw error;
    }
  }

  async find(name: LoadJobName, options?: CallOptions): Promise<LoadJobState | undefined> {
    const path = `${jobsPath(name)}/${encodeURIComponent(name.id)}?location=${encodeURIComponent(name.location)}`;
    const call = { action: `look at load job ${name.id}`, endpoint: this.#endpoint, method: 'GET', path } as const;
    try {
      return fromLoadJob(await this.#rest.call(call, options));
    } catch (error) {
      if (isGatewayError(error, 'not-found')) return undefined;
      throw error;
    }
  }
}

function jobsPath({ project }: LoadJobName): string {
  return `/bigquery/v2/projects/${encodeURIComponent(project)}/jobs`;
}

const REMEDIES: Readonly<Record<GatewayErrorKind, string>> = {
  unavailable: 'the service could not answer.',
  quota: 'too many requests, or a quota is used up.',
  unauthenticated: 'the credentials were not accepted. Check Application Default Credentials.',
  permission:
    "permission denied. Grant roles/bigquery.jobUser on the project and roles/bigquery.dataEditor on the dataset to the worker's service account.",
  'not-found': 'not found. Check project and dataset.',
  precondition: 'the state of the table does not allow it.',
  'invalid-request': 'the request was refused as invalid.',
};
