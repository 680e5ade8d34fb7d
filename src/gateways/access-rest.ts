import {
  fromBucket,
  fromDatasetAccess,
  fromPolicy,
  fromProject,
  fromTestedPermissions,
} from '../schemas/access-answers';
import type { Access, RoleBinding } from './access';
import type { CallOptions, VertexParent } from './vertex-jobs';
import { parseDatasetUri, parseTableUri } from './bq-uri';
import { BIGQUERY, parseEndpoint, vertexBaseUrl, type Endpoint } from './endpoint';
import type { GatewayErrorKind } from './gateway-error';
import { GoogleRest, notTheApi, type RestCall } from './google-rest';
import { parentPath } from './vertex-jobs-rest';
import type { RestGatewayOptions } from './rest-gateway-options';

const RESOURCE_MANAGER = 'https://cloudresourcemanager.googleapis.com';
const STORAGE = 'https://storage.googleapis.com';
const ANSWER_LIMIT_BYTES = 4 * 1024 * 1024;
/** The first version of policies that says which bindings have a condition. */
const POLICY_VERSION = 3;

export interface AccessRestOptions extends RestGatewayOptions {
  /** Stands in for Cloud Storage, where `endpoint` stands in for Vertex AI and Cloud Resource Manager. @default Google's */
  readonly storageEndpoint?: string;
  /** Stands in for BigQuery. @default Google's */
  readonly bigqueryEndpoint?: string;
}

/**
 * {@link Access} over the REST APIs of Cloud Resource Manager (v1 for a project, v3 for its policy), Cloud Storage, BigQuery and
 * Vertex AI.
 */
export class AccessRest implements Access {
  readonly #rest: GoogleRest;
  readonly #vertex: Endpoint | undefined;
  readonly #projects: Endpoint;
  readonly #storage: Endpoint;
  readonly #bigquery: Endpoint;

  /** @throws {GatewayError} `invalid-request` for an endpoint that may not see credentials */
  constructor(given: AccessRestOptions) {
    const { endpoint, storageEndpoint = STORAGE, bigqueryEndpoint, trustedHosts, ...options } = given;
    this.#rest = new GoogleRest({
      ...options,
      service: 'access',
      remedies: REMEDIES,
      answerLimitBytes: ANSWER_LIMIT_BYTES,
    });
    this.#vertex = endpoint === undefined ? undefined : parseEndpoint(endpoint, trustedHosts);
    this.#projects = this.#vertex ?? parseEndpoint(RESOURCE_MANAGER);
    this.#storage = parseEndpoint(storageEndpoint, trustedHosts);
    this.#bigquery = bigqueryEndpoint === undefined ? BIGQUERY : parseEndpoint(bigqueryEndpoint, trustedHosts);
  }

  async projectPermissions(project: string, asked: readonly string[], options?: CallOptions) {
    const path = `/v3/projects/${encodeURIComponent(project)}:testIamPermissions`;
    const body = { permissions: asked };
    const call = { action: `test permissions on project ${project}`, method: 'POST', path, body } as const;
    return this.#ask({ ...call, endpoint: this.#projects }, fromTestedPermissions, options);
  }

  async bucketPermissions(bucket: string, asked: readonly string[], options?: CallOptions) {
    const query = new URLSearchParams(asked.map((permission): [string, string] => ['permissions', permission]));
    const path = `${bucketPath(bucket)}/iam/testPermissions?${query.toString()}`;
    const call = { action: `test permissions on gs://${bucket}`, method: 'GET', path } as const;
    return this.#ask({ ...call, endpoint: this.#storage }, fromTestedPermissions, options);
  }

  async projectNumber(project: string, options?: CallOptions): Promise<string> {
    if (/^\d+$/.test(project)) return project;
    const path = `/v1/projects/${encodeURIComponent(project)}`;
    const call = { action: `get project ${project}`, method: 'GET', path } as const;
    return this.#ask({ ...call, endpoint: this.#projects }, fromProject, options);
  }

  async bucket(bucket: string, options?: CallOptions) {
    const path = `${bucketPath(bucket)}?fields=location,projectNumber`;
    const call = { action: `get bucket gs://${bucket}`, method: 'GET', path } as const;
    return this.#ask({ ...call, endpoint: this.#storage }, fromBucket, options);
  }

  async projectPolicy(project: string, options?: CallOptions): Promise<readonly RoleBinding[]> {
    const path = `/v3/projects/${encodeURIComponent(project)}:getIamPolicy`;
    const body = { options: { requestedPolicyVersion: POLICY_VERSION } };
    const call = { action: `read the policy of project ${project}`, method: 'POST', path, body } as const;
    return this.#ask({ ...call, endpoint: this.#projects }, fromPolicy, options);
  }

  async bucketPolicy(bucket: string, options?: CallOptions): Promise<readonly RoleBinding[]> {
    const path = `${bucketPath(bucket)}/iam?optionsRequestedPolicyVersion=${POLICY_VERSION}`;
    const call = { action: `read the policy of gs://${bucket}`, method: 'GET', path } as const;
    return this.#ask({ ...call, endpoint: this.#storage }, fromPolicy, options);
  }

  async tablePermissions(uri: string, asked: readonly string[], options?: CallOptions): Promise<readonly string[]> {
    const { project, dataset, table } = parseTableUri(uri);
    const path = `${datasetPath(project, dataset)}/tables/${encodeURIComponent(table)}:testIamPermissions`;
    const body = { permissions: asked };
    const call = { action: `test permissions on ${uri}`, method: 'POST', path, body } as const;
    return this.#ask({ ...call, endpoint: this.#bigquery }, fromTestedPermissions, options);
  }

  async datasetPolicy(uri: string, options?: CallOptions): Promise<readonly RoleBinding[]> {
    const { project, dataset } = parseDatasetUri(uri);
    const query = `datasetView=ACL&accessPolicyVersion=${POLICY_VERSION}`;
    const path = `${datasetPath(project, dataset)}?${query}`;
    const call = { action: `read the policy of ${uri}`, method: 'GET', path } as const;
    return this.#ask({ ...call, endpoint: this.#bigquery }, fromDatasetAccess, options);
  }

  async findModel(parent: VertexParent, model: string, options?: CallOptions): Promise<void> {
    const resource = parentPath(parent);
    const endpoint = this.#vertex ?? { baseUrl: vertexBaseUrl(parent.location), takesCredentials: true };
    const name = model.replace(/^projects\/[^/]+\/locations\/[^/]+\/(?=publishers\/)/, '').replace(/@[^/]*$/, '');
    const path = `/v1/${name.split('/').map(encodeURIComponent).join('/')}`;
    await this.#rest.call({ action: `find ${model} in ${resource}`, method: 'GET', path, endpoint }, options);
  }

  async #ask<Value>(call: RestCall, read: (json: unknown) => Value, options?: CallOptions): Promise<Value> {
    const json = await this.#rest.call(call, options);
    try {
      return read(json);
    } catch {
      throw notTheApi(call.action, 'its answer has another form than the API gives');
    }
  }
}

function bucketPath(bucket: string): string {
  return `/storage/v1/b/${encodeURIComponent(bucket)}`;
}

function datasetPath(project: string, dataset: string): string {
  return `/bigquery/v2/projects/${encodeURIComponent(project)}/datasets/${dataset}`;
}

const REMEDIES: Readonly<Record<GatewayErrorKind, string>> = {
  unavailable: 'the service could not answer.',
  quota: 'too many requests.',
  unauthenticated: 'the credentials were not accepted. Check Application Default Credentials.',
  permission: 'these credentials may not look.',
  'not-found': 'not found.',
  precondition: 'the service refused.',
  'invalid-request': 'the request was refused as invalid.',
};
