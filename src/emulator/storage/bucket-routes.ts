import type { Bucket } from './blob-store';
import { etagOf } from './object-resource';
import { bindingsOf, isDenied } from '../access';
import { bucketOf, jsonBodyOf, jsonResponse, requiredQuery } from './storage-call';
import type { StorageCall } from './storage-call';
import { conflict, invalid, requiredParameter } from './storage-error';

const MULTI_REGIONS = new Set(['US', 'EU', 'ASIA']);

export async function createBucket(call: StorageCall): Promise<Response> {
  requiredQuery(call, 'project');
  const { name, location } = await jsonBodyOf(call.request);
  if (typeof name !== 'string') throw requiredParameter('name');
  if (!isBucketName(name)) throw invalid(`Invalid bucket name: '${name}'`);
  if (call.blobs.hasBucket(name)) {
    throw conflict('Your previous request to create the named bucket succeeded and you already own it.');
  }
  call.blobs.createBucket(name, typeof location === 'string' ? { location } : {});
  return jsonResponse(call, resourceOf(call, name));
}

export function getBucket(call: StorageCall): Response {
  return jsonResponse(call, resourceOf(call, bucketOf(call)));
}

export function listBuckets(call: StorageCall): Response {
  requiredQuery(call, 'project');
  const prefix = call.query.get('prefix') ?? '';
  const names = [...call.blobs.buckets()].map(({ name }) => name).filter((name) => name.startsWith(prefix));
  const items = names.toSorted().map((name) => resourceOf(call, name));
  return jsonResponse(call, { kind: 'storage#buckets', ...(items.length > 0 ? { items } : {}) });
}

export function deleteBucket(call: StorageCall): Response {
  const bucket = bucketOf(call);
  for (const _ of call.blobs.list(bucket)) throw conflict('The bucket you tried to delete is not empty.');
  call.blobs.deleteBucket(bucket);
  return new Response(null, { status: 204 });
}

export function testBucketPermissions(call: StorageCall): Response {
  bucketOf(call);
  requiredQuery(call, 'permissions');
  const isHeld = (permission: string) =>
    !call.deniedPermissions.has(permission) && !isDenied(call.scenario, permission);
  const permissions = call.query.getAll('permissions').filter(isHeld);
  const kind = 'storage#testIamPermissionsResponse';
  return jsonResponse(call, permissions.length > 0 ? { kind, permissions } : { kind });
}

export function getBucketPolicy(call: StorageCall): Response {
  const resourceId = `projects/_/buckets/${bucketOf(call)}`;
  const bindings = bindingsOf(call.scenario.access?.bucketRoles ?? {});
  return jsonResponse(call, { kind: 'storage#policy', resourceId, version: 1, etag: 'CAE=', bindings });
}

function resourceOf(call: StorageCall, name: string) {
  const { location, timeCreated }: Bucket = call.blobs.getBucket(name)!;
  return {
    kind: 'storage#bucket',
    id: name,
    selfLink: `${call.origin}/storage/v1/b/${name}`,
    name,
    projectNumber: call.projectNumber,
    metageneration: '1',
    location,
    locationType: MULTI_REGIONS.has(location) ? 'multi-region' : 'region',
    storageClass: 'STANDARD',
    etag: etagOf({ generation: timeCreated.getTime(), metageneration: 1 }),
    timeCreated: timeCreated.toISOString(),
    updated: timeCreated.toISOString(),
    iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: 'inherited' },
  };
}

function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(name);
}
