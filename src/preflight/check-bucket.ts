import type { Access } from '../gateways/access';
import type { CallOptions } from '../gateways/vertex-jobs';
import { isGatewayError } from '../gateways/gateway-error';
import { missing, ok, untold, type Check } from './check';
import { grantOnBucket } from './remedies';

/** A bucket that a run uses. */
export interface UsedBucket {
  readonly bucket: string;
  /** The run writes to it; else it only reads. */
  readonly isOutput: boolean;
}

const READ = ['get', 'list'];
const WRITE = ['get', 'list', 'create', 'delete'];

/** Whether the caller may do on a bucket what a run does there. Grants on a part of its names don't show. */
export async function checkBucket(
  access: Access,
  { bucket, isOutput }: UsedBucket,
  member: string | null,
  options?: CallOptions,
): Promise<Check> {
  const about = { name: 'bucket', subject: `gs://${bucket}` } as const;
  const verbs = isOutput ? WRITE : READ;
  const asked = verbs.map((verb) => `storage.objects.${verb}`);
  try {
    const held = await access.bucketPermissions(bucket, asked, options);
    const lacked = asked.filter((permission) => !held.includes(permission));
    const role = isOutput ? 'roles/storage.objectUser' : 'roles/storage.objectViewer';
    if (lacked.length > 0)
      return missing(about, `${lacked.join(', ')} on the whole bucket`, grantOnBucket(bucket, member, role));
    return ok(about, [...(await placeOf(access, bucket, options)), verbs.join(', ')].join(' · '));
  } catch (error) {
    if (isGatewayError(error, 'not-found'))
      return missing(about, 'there is no such bucket', `gcloud storage buckets create gs://${bucket}`);
    return untold(about, error);
  }
}

/** Its location, which takes a right of its own to see and is only worth a word. */
async function placeOf(access: Access, bucket: string, options?: CallOptions): Promise<string[]> {
  try {
    return [(await access.bucket(bucket, options)).location];
  } catch (error) {
    if (isGatewayError(error)) return [];
    throw error;
  }
}
