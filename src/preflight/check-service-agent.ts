import { grantOf } from '../domain/role-grants';
import type { Access, RoleBinding } from '../gateways/access';
import type { CallOptions } from '../gateways/vertex-jobs';
import { missing, ok, unknown, untold, type Check } from './check';
import type { UsedBucket } from './check-bucket';
import { grantOnBucket } from './remedies';
import { hiddenText, policyOf, serviceAgentOf } from './service-agent';

/**
 * Whether Vertex AI's own account may read, or write, a bucket. Nobody can test another's rights: this reads the policies of the
 * bucket and of its project, where the caller may.
 */
export async function checkServiceAgent(
  access: Access,
  project: string,
  { bucket, isOutput }: UsedBucket,
  options?: CallOptions,
): Promise<Check> {
  const unnamed = { name: 'service-agent', subject: `of project ${project}, on gs://${bucket}` } as const;
  try {
    const email = await serviceAgentOf(access, project, options);
    const about = { ...unnamed, subject: email };
    const member = `serviceAccount:${email}`;
    const permission = isOutput ? 'storage.objects.create' : 'storage.objects.get';
    const onBucket = await policyOf(() => access.bucketPolicy(bucket, options));
    const ofBucket = grantOf(permission, member, onBucket ?? []);
    if (ofBucket.kind === 'granted') return ok(about, `${ofBucket.role} on gs://${bucket}`);
    const owner = await policyOf(async () => (await access.bucket(bucket, options)).projectNumber);
    const onProject = owner === undefined ? undefined : await policyOf(() => access.projectPolicy(owner, options));
    const ofProject = grantOf(permission, member, onProject ?? []);
    if (ofProject.kind === 'granted') return ok(about, `${ofProject.role} on the project of gs://${bucket}`);
    const unclear = [ofBucket, ofProject].find((grant) => grant.kind === 'unclear');
    if (unclear !== undefined) return unknown(about, `${permission} on gs://${bucket}: ${unclear.why}`);
    if (onBucket === undefined || onProject === undefined)
      return unknown(about, `${permission} on gs://${bucket}: ${whatIsHidden(onBucket, onProject)}`);
    return missing(
      about,
      `${permission} on gs://${bucket}. ${isOutput ? 'Vertex would fail after the work is billed.' : 'Vertex could not read the input.'}`,
      grantOnBucket(bucket, member, isOutput ? 'roles/storage.objectUser' : 'roles/storage.objectViewer'),
    );
  } catch (error) {
    return untold(unnamed, error);
  }
}

function whatIsHidden(
  onBucket: readonly RoleBinding[] | undefined,
  onProject: readonly RoleBinding[] | undefined,
): string {
  const hidden = [
    ...(onBucket === undefined ? ['the bucket (storage.buckets.getIamPolicy)'] : []),
    ...(onProject === undefined ? ['its project (resourcemanager.projects.getIamPolicy)'] : []),
  ];
  return hiddenText(hidden);
}
