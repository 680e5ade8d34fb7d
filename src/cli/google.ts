import type { Config } from '../config';
import { AccessRest } from '../gateways/access-rest';
import { AccessTokensGoogle } from '../gateways/access-tokens-google';
import { areEmulators } from '../gateways/endpoint';
import { ObjectStoreGcs } from '../gateways/object-store-gcs';
import { TableStoreRest } from '../gateways/table-store-rest';
import { VertexJobsRest } from '../gateways/vertex-jobs-rest';
import type { ExamineGateways } from '../preflight/examine';

/** Cloud Storage, or what the environment names in its place. */
export function objectStore({ endpoints }: Config): ObjectStoreGcs {
  const { storage, trustedHosts } = endpoints;
  return new ObjectStoreGcs({
    tokens: new AccessTokensGoogle(),
    trustedHosts,
    ...(storage !== undefined && { apiEndpoint: storage }),
  });
}

/** What `doctor` looks with, on this machine. */
export function examineGateways(config: Config): ExamineGateways {
  const { api, storage, bigquery, trustedHosts } = config.endpoints;
  const tokens = new AccessTokensGoogle();
  const access = new AccessRest({
    tokens,
    trustedHosts,
    ...(api !== undefined && { endpoint: api }),
    ...(storage !== undefined && { storageEndpoint: storage }),
    ...(bigquery !== undefined && { bigqueryEndpoint: bigquery }),
  });
  const isEmulated = areEmulators([api, storage, bigquery], trustedHosts);
  return { access, jobs: vertexJobs(config), tables: tableStore(config), tokens, isEmulated };
}

/** Vertex AI, or what the environment names in its place. */
export function vertexJobs({ endpoints }: Config): VertexJobsRest {
  const { api, trustedHosts } = endpoints;
  return new VertexJobsRest({
    tokens: new AccessTokensGoogle(),
    trustedHosts,
    ...(api !== undefined && { endpoint: api }),
  });
}

/** BigQuery, or what the environment names in its place. */
export function tableStore({ endpoints }: Config): TableStoreRest {
  const { bigquery, trustedHosts } = endpoints;
  return new TableStoreRest({
    tokens: new AccessTokensGoogle(),
    trustedHosts,
    ...(bigquery !== undefined && { endpoint: bigquery }),
  });
}
