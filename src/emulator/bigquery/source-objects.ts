import type { Blob, BlobStore } from '../storage/blob-store';
import { invalid, notFound } from './bigquery-error';

/** The objects that a load reads: a URI may have one `*`, which also stands for slashes. @throws {BigQueryError} 404 for none */
export function sourceObjects(blobs: BlobStore, uris: readonly string[]): readonly Blob[] {
  return uris.flatMap((uri) => {
    const found = objectsOf(blobs, uri);
    if (found.length === 0) throw notFound('URI', uri);
    return found;
  });
}

function objectsOf(blobs: BlobStore, uri: string): readonly Blob[] {
  const [, bucket = '', name = ''] = /^gs:\/\/([^/]+)\/(.+)$/s.exec(uri) ?? [];
  if (bucket === '') throw invalid(`Source URI must be a Google Cloud Storage location: ${uri}`);
  if (!blobs.hasBucket(bucket)) return [];
  const star = name.indexOf('*');
  if (star === -1) return [blobs.get(bucket, name)].filter((blob) => blob !== undefined);
  const [prefix, suffix] = [name.slice(0, star), name.slice(star + 1)];
  return [...blobs.list(bucket, prefix)].filter((blob) => isBetween(blob.name, prefix, suffix));
}

function isBetween(name: string, prefix: string, suffix: string): boolean {
  return name.length >= prefix.length + suffix.length && name.endsWith(suffix);
}
