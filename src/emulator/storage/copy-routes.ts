import type { Blob, WriteBlob } from './blob-store';
import { assertObjectName } from './object-name';
import { metadataChangesOf, metadataOf, objectResource } from './object-resource';
import { assertPreconditions } from './preconditions';
import { bucketOf, integerQuery, isJsonObject, jsonBodyOf, jsonResponse, preconditionsOf } from './storage-call';
import type { JsonObject, StorageCall } from './storage-call';
import { invalid, objectNotFound, requiredParameter } from './storage-error';

const MOST_SOURCES = 32;

export async function composeObject(call: StorageCall): Promise<Response> {
  const body = await jsonBodyOf(call.request);
  const bucket = bucketOf(call);
  const name = assertObjectName(call.path['object'] ?? '');
  const sources = sourcesOf(call, bucket, body['sourceObjects']);
  const destination = isJsonObject(body['destination']) ? body['destination'] : {};
  const options = { ...metadataChangesOf(destination), ...preconditionsOf(call.query) };
  return jsonResponse(call, objectResource(call.blobs.compose(bucket, name, sources, options), call.origin));
}

export async function copyObject(call: StorageCall): Promise<Response> {
  return jsonResponse(call, objectResource(await copied(call), call.origin));
}

/** Always done in one go, so there is never a token to go on with. */
export async function rewriteObject(call: StorageCall): Promise<Response> {
  const blob = await copied(call);
  const size = String(blob.size);
  const resource = objectResource(blob, call.origin);
  return jsonResponse(call, {
    kind: 'storage#rewriteResponse',
    totalBytesRewritten: size,
    objectSize: size,
    done: true,
    resource,
  });
}

async function copied(call: StorageCall): Promise<Blob> {
  const body = await jsonBodyOf(call.request);
  const sourceBucket = bucketOf(call);
  const bucket = bucketOf(call, 'destinationBucket');
  const name = assertObjectName(call.path['destinationObject'] ?? '');
  const generation = integerQuery(call.query, 'sourceGeneration');
  const source = existing(call, sourceBucket, call.path['object'] ?? '', generation);
  assertPreconditions(source, preconditionsOf(call.query, 'ifSource'));
  return call.blobs.copy(source, bucket, name, { ...replacementOf(body), ...preconditionsOf(call.query) });
}

/** A body that says anything about the object says everything; an empty one leaves what the source says. */
function replacementOf(body: JsonObject): WriteBlob {
  return Object.keys(metadataChangesOf(body)).length > 0 ? metadataOf(body) : {};
}

function sourcesOf(call: StorageCall, bucket: string, sources: unknown): Blob[] {
  if (!Array.isArray(sources) || sources.length === 0) throw requiredParameter('sourceObjects');
  if (sources.length > MOST_SOURCES) {
    throw invalid(
      `The number of source components provided (${sources.length}) exceeds the maximum (${MOST_SOURCES}).`,
    );
  }
  return sources.map((source: unknown) => sourceOf(call, bucket, source));
}

function sourceOf(call: StorageCall, bucket: string, source: unknown): Blob {
  if (!isJsonObject(source) || typeof source['name'] !== 'string') throw requiredParameter('sourceObjects.name');
  const { name, generation, objectPreconditions } = source;
  const blob = existing(call, bucket, name, integerOf(generation));
  const ifGenerationMatch = isJsonObject(objectPreconditions)
    ? integerOf(objectPreconditions['ifGenerationMatch'])
    : undefined;
  if (ifGenerationMatch !== undefined) assertPreconditions(blob, { ifGenerationMatch });
  return blob;
}

function existing(call: StorageCall, bucket: string, name: string, generation: number | undefined): Blob {
  const blob = call.blobs.get(bucket, name, generation);
  if (!blob) throw objectNotFound(bucket, name);
  return blob;
}

/** 64-bit integers may come as strings. */
function integerOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const integer = Number(value);
  if (!Number.isSafeInteger(integer)) throw invalid(`Invalid value for a generation: ${JSON.stringify(value)}`);
  return integer;
}
