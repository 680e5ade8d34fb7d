import { hashesOfDescription, hashesOfHeader } from './announced-hashes';
import type { Blob, WriteBlob } from './blob-store';
import { assertObjectName } from './object-name';
import { metadataChangesOf, objectResource } from './object-resource';
import { assertPreconditions } from './preconditions';
import { relatedPartsOf } from './related-parts';
import { bucketOf, bytesOf, jsonBodyOf, jsonResponse, preconditionsOf, requiredQuery } from './storage-call';
import type { JsonObject, StorageCall } from './storage-call';
import { invalid, requiredParameter } from './storage-error';

/** `uploadType` says how the content comes: with the request, beside a description, or in requests of its own. */
export function uploadObject(call: StorageCall): Promise<Response> {
  const uploadType = requiredQuery(call, 'uploadType');
  switch (uploadType) {
    case 'media':
      return uploadMedia(call);
    case 'multipart':
      return uploadMultipart(call);
    case 'resumable':
      return startResumable(call);
    default:
      throw invalid(`Invalid upload type: ${uploadType}`);
  }
}

async function uploadMedia(call: StorageCall): Promise<Response> {
  const bucket = bucketOf(call);
  const name = objectNameOf(call, {});
  const contentType = call.request.headers.get('content-type') ?? undefined;
  const options = { ...writeOf(call, {}, contentType), ...hashesOfHeader(call.request.headers.get('x-goog-hash')) };
  return answer(call, await call.blobs.write(bucket, name, bytesOf(call.request), options));
}

async function uploadMultipart(call: StorageCall): Promise<Response> {
  const bucket = bucketOf(call);
  const { headers } = call.request;
  const parts = await relatedPartsOf(bytesOf(call.request), headers.get('content-type') ?? '');
  const name = objectNameOf(call, parts.description);
  const options = {
    ...writeOf(call, parts.description, parts.contentType),
    ...hashesOfHeader(headers.get('x-goog-hash')),
  };
  return answer(call, await call.blobs.write(bucket, name, parts.content, options));
}

async function startResumable(call: StorageCall): Promise<Response> {
  const bucket = bucketOf(call);
  const description = await jsonBodyOf(call.request);
  const name = objectNameOf(call, description);
  const contentType = call.request.headers.get('x-upload-content-type') ?? undefined;
  const options = writeOf(call, description, contentType);
  assertPreconditions(call.blobs.get(bucket, name), options);
  const id = call.uploads.start(bucket, name, options);
  const query = new URLSearchParams({ uploadType: 'resumable', name, upload_id: id });
  const location = `${call.origin}/upload/storage/v1/b/${bucket}/o?${query.toString()}`;
  return new Response(null, { headers: { location, 'x-guploader-uploadid': id, 'content-length': '0' } });
}

/** The next bytes of a resumable upload, or the question how many have arrived. */
export async function continueResumable(call: StorageCall): Promise<Response> {
  const progress = await call.uploads.proceed(requiredQuery(call, 'upload_id'), call.request);
  if (progress.kind === 'complete') return answer(call, progress.blob);
  const range = progress.received > 0 ? { range: `bytes=0-${progress.received - 1}` } : {};
  return new Response(null, { status: 308, headers: { ...range, 'content-length': '0' } });
}

/** The service answers a cancelled upload with a status of its own. */
export async function cancelResumable(call: StorageCall): Promise<Response> {
  await call.uploads.cancel(requiredQuery(call, 'upload_id'));
  return new Response(null, { status: 499, headers: { 'content-length': '0' } });
}

function objectNameOf(call: StorageCall, description: JsonObject): string {
  const name = call.query.get('name') || description['name'];
  if (typeof name !== 'string') throw requiredParameter('name');
  return assertObjectName(name);
}

function writeOf(call: StorageCall, description: JsonObject, contentType: string | undefined): WriteBlob {
  const contentEncoding = call.query.get('contentEncoding') ?? undefined;
  return {
    contentType,
    contentEncoding,
    ...metadataChangesOf(description),
    ...hashesOfDescription(description),
    ...preconditionsOf(call.query),
  };
}

function answer(call: StorageCall, blob: Blob): Response {
  return jsonResponse(call, objectResource(blob, call.origin), { 'x-goog-stored-content-length': String(blob.size) });
}
