import type { Blob } from './blob-store';
import { downloadOf } from './object-download';
import { pageOf } from './object-listing';
import { metadataChangesOf, metadataOf, objectResource } from './object-resource';
import { preconditionsHold } from './preconditions';
import {
  bucketOf,
  integerQuery,
  jsonBodyOf,
  jsonResponse,
  matchesOf,
  notMatchesOf,
  preconditionsOf,
} from './storage-call';
import type { StorageCall } from './storage-call';
import { conditionNotMet, objectNotFound } from './storage-error';

export function listObjects(call: StorageCall): Response {
  const bucket = bucketOf(call);
  const prefix = call.query.get('prefix') ?? '';
  const withVersions = call.query.get('versions') === 'true';
  const blobs = withVersions ? call.blobs.listVersions(bucket, prefix) : call.blobs.list(bucket, prefix);
  const { items, prefixes, nextPageToken } = pageOf(listedBy(call, blobs), call.query);
  return jsonResponse(call, {
    kind: 'storage#objects',
    nextPageToken,
    prefixes: prefixes.length > 0 ? prefixes : undefined,
    items: items.length > 0 ? items.map((blob) => objectResource(blob, call.origin)) : undefined,
  });
}

/** Metadata, or with `alt=media` the content. */
export function getObject(call: StorageCall): Response {
  const blob = existingObject(call);
  if (!preconditionsHold(blob, matchesOf(call.query))) throw conditionNotMet();
  if (!preconditionsHold(blob, notMatchesOf(call.query))) return new Response(null, { status: 304 });
  if (call.query.get('alt') === 'media') return downloadOf(call, blob);
  return jsonResponse(call, objectResource(blob, call.origin));
}

export function downloadObject(call: StorageCall): Response {
  call.query.set('alt', 'media');
  return getObject(call);
}

export async function patchObject(call: StorageCall): Promise<Response> {
  const body = await jsonBodyOf(call.request);
  const { bucket, name, metadata } = existingObject(call);
  const changes = metadataChangesOf(body, metadata);
  const patched = call.blobs.patch(bucket, name, changes, preconditionsOf(call.query));
  return jsonResponse(call, objectResource(patched!, call.origin));
}

export async function updateObject(call: StorageCall): Promise<Response> {
  const body = await jsonBodyOf(call.request);
  const { bucket, name } = existingObject(call);
  const updated = call.blobs.patch(bucket, name, metadataOf(body), preconditionsOf(call.query));
  return jsonResponse(call, objectResource(updated!, call.origin));
}

export function deleteObject(call: StorageCall): Response {
  const { bucket, name } = existingObject(call);
  const generation = integerQuery(call.query, 'generation');
  const which = generation === undefined ? {} : { generation };
  call.blobs.delete(bucket, name, { ...which, ...preconditionsOf(call.query) });
  return new Response(null, { status: 204 });
}

function existingObject(call: StorageCall): Blob {
  const bucket = bucketOf(call);
  const name = call.path['object'] ?? '';
  const blob = call.blobs.get(bucket, name, integerQuery(call.query, 'generation'));
  if (!blob) throw objectNotFound(bucket, name);
  return blob;
}

function* listedBy(call: StorageCall, blobs: Iterable<Blob>): Generator<Blob> {
  const now = call.now().getTime();
  for (const blob of blobs) {
    const age = now - blob.timeCreated.getTime();
    if (age >= call.listingLagMs(blob.bucket, blob.name)) yield blob;
  }
}
