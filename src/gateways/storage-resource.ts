import { parseGsUri, parseObjectUri, toGsUri } from './gs-uri';
import type { StoredObject, WriteOptions } from './object-store';
import { brokenStorage, type StorageAct } from './storage-failure';

/** The fields of Cloud Storage's object resource that make a {@link StoredObject}. */
export const OBJECT_FIELDS = 'bucket,name,generation,size,crc32c,updated,contentEncoding';

/** Where the JSON API has the objects of a URI's bucket. */
export function bucketPath(uri: string): string {
  return `/storage/v1/b/${parseGsUri(uri).bucket}/o`;
}

/** Where the JSON API has an object. */
export function objectPath(uri: string): string {
  return `${bucketPath(uri)}/${encodeURIComponent(parseObjectUri(uri).name)}`;
}

/** The object of a resource as the JSON API writes it, int64 as strings. */
export function fromObjectResource(act: StorageAct, resource: unknown): StoredObject {
  const { bucket, name, generation, size, crc32c, updated, contentEncoding } = (resource ?? {}) as Record<
    string,
    unknown
  >;
  if (!isText(bucket) || !isText(name) || !isText(crc32c) || !isCount(generation) || !isCount(size)) {
    throw brokenStorage(act, new Error('the answer is not an object resource'));
  }
  return {
    uri: toGsUri({ bucket, name }),
    generation: String(generation),
    size: Number(size),
    crc32c,
    updated: typeof updated === 'string' ? updated : '',
    ...(isText(contentEncoding) && { contentEncoding }),
  };
}

/** What a write says about its object. */
export function resourceOf(options: WriteOptions): Record<string, unknown> {
  return { contentType: contentTypeOf(options), ...(options.metadata && { metadata: options.metadata }) };
}

export function contentTypeOf(options: WriteOptions): string {
  return options.contentType ?? 'application/octet-stream';
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isCount(value: unknown): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
}
