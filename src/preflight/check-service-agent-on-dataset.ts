import { grantOf } from '../domain/role-grants';
import type { Access } from '../gateways/access';
import { parseOutputTableUri } from '../gateways/bq-uri';
import type { CallOptions } from '../gateways/vertex-jobs';
import { ok, unknown, untold, type Check } from './check';
import { hiddenText, policyOf, serviceAgentOf } from './service-agent';

/** What a job does with a table, or with the dataset of one. */
export interface UsedByJobs {
  /** `bq://project.dataset[.table]` */
  readonly uri: string;
  readonly permission: 'bigquery.tables.getData' | 'bigquery.tables.create';
}

/**
 * Whether Vertex AI's own account may read a table, or make one. Nobody can test another's rights: this reads the policies of the
 * dataset and of its project, where the caller may. What isn't seen there may still be given, on the table alone for one.
 */
export async function checkServiceAgentOnDataset(
  access: Access,
  project: string,
  { uri, permission }: UsedByJobs,
  options?: CallOptions,
): Promise<Check> {
  const unnamed = { name: 'service-agent', subject: `of project ${project}, on ${uri}` } as const;
  const { project: owner, dataset } = parseOutputTableUri(uri);
  try {
    const email = await serviceAgentOf(access, project, options);
    const about = { ...unnamed, subject: email };
    const member = `serviceAccount:${email}`;
    const onDataset = await policyOf(() => access.datasetPolicy(`bq://${owner}.${dataset}`, options));
    const ofDataset = grantOf(permission, member, onDataset ?? []);
    if (ofDataset.kind === 'granted') return ok(about, `${ofDataset.role} on dataset ${owner}.${dataset}`);
    const onProject = await policyOf(() => access.projectPolicy(owner, options));
    const ofProject = grantOf(permission, member, onProject ?? []);
    if (ofProject.kind === 'granted') return ok(about, `${ofProject.role} on the project of ${uri}`);
    const unclear = [ofDataset, ofProject].find((grant) => grant.kind === 'unclear');
    const hidden = [
      ...(onDataset === undefined ? ['the dataset (bigquery.datasets.getIamPolicy)'] : []),
      ...(onProject === undefined ? ['its project (resourcemanager.projects.getIamPolicy)'] : []),
    ];
    const why =
      unclear?.why ?? (hidden.length > 0 ? hiddenText(hidden) : 'neither the dataset nor its project gives it');
    return unknown(about, `${permission} on ${uri}: ${why}`);
  } catch (error) {
    return untold(unnamed, error);
  }
}
