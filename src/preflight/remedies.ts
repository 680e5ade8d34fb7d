import type { TableLocation } from '../gateways/bq-uri';

const UNKNOWN_MEMBER = 'serviceAccount:THE_WORKERS_ACCOUNT';

/** The command that gives a role on a project. @param member null where nobody can tell whose the credentials are */
export function grantOnProject(project: string, member: string | null, role: string): string {
  return `gcloud projects add-iam-policy-binding ${project} --member=${member ?? UNKNOWN_MEMBER} --role=${role}`;
}

/** The command that gives a role on a bucket. */
export function grantOnBucket(bucket: string, member: string | null, role: string): string {
  return `gcloud storage buckets add-iam-policy-binding gs://${bucket} --member=${member ?? UNKNOWN_MEMBER} --role=${role}`;
}

/** The command that gives a role on a dataset: by SQL, since `bq`'s own command for policies takes tables and views only. */
export function grantOnDataset(
  { project, dataset }: Pick<TableLocation, 'project' | 'dataset'>,
  member: string | null,
  role: string,
): string {
  const grant = `GRANT \`${role}\` ON SCHEMA \`${project}\`.${dataset} TO "${member ?? UNKNOWN_MEMBER}"`;
  return `bq query --use_legacy_sql=false '${grant}'`;
}
