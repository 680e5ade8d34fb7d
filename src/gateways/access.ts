import type { CallOptions, VertexParent } from './vertex-jobs';

/** Who has a role by a policy. */
export interface RoleBinding {
  /** `roles/storage.objectUser` */
  readonly role: string;
  /** `serviceAccount:…`, `user:…`, `group:…`, `allUsers`, … */
  readonly members: readonly string[];
  /** It holds under a condition only, such as a prefix of names. */
  readonly isConditional: boolean;
}

/**
 * What Google says of rights: the caller's own, and who has which role. Every method makes exactly one request, costs nothing,
 * and throws `GatewayError`.
 */
export interface Access {
  /** Those of the permissions that the caller has on a project, by its id or number. */
  projectPermissions(project: string, asked: readonly string[], options?: CallOptions): Promise<readonly string[]>;
  /** Those of the permissions that the caller has on a whole bucket; grants on a part of it don't count. */
  bucketPermissions(bucket: string, asked: readonly string[], options?: CallOptions): Promise<readonly string[]>;
  projectNumber(project: string, options?: CallOptions): Promise<string>;
  /** Where a bucket lies, in upper case, and the number of the project that it belongs to. */
  bucket(bucket: string, options?: CallOptions): Promise<{ readonly location: string; readonly projectNumber: string }>;
  projectPolicy(project: string, options?: CallOptions): Promise<readonly RoleBinding[]>;
  bucketPolicy(bucket: string, options?: CallOptions): Promise<readonly RoleBinding[]>;
  /** Those of the permissions that the caller has on a table that is there, `bq://project.dataset.table`. */
  tablePermissions(table: string, asked: readonly string[], options?: CallOptions): Promise<readonly string[]>;
  /** Who has which role on a whole dataset, `bq://project.dataset`. Nobody can test the caller's own rights on one. */
  datasetPolicy(dataset: string, options?: CallOptions): Promise<readonly RoleBinding[]>;
  /** Kind `not-found` for a model that the location doesn't know. @param model as a job names it */
  findModel(parent: VertexParent, model: string, options?: CallOptions): Promise<void>;
}
