import type { Blob, BlobStore } from '../storage/blob-store';
import { JobFailure } from './job-failure';

export interface ObjectUri {
  readonly bucket: string;
  readonly name: string;
}

export function parseObjectUri(uri: string): ObjectUri | undefined {
  const parts = /^gs:\/\/([^/]+)(?:\/(.*))?$/s.exec(uri);
  return parts === null ? undefined : { bucket: parts[1] as string, name: parts[2] ?? '' };
}

/** The bucket and object of a URI. @throws {JobFailure} code 9 for a bad URI or a bucket that isn't there, as the live service */
export function locate(store: BlobStore, uri: string): ObjectUri {
  const parsed = parseObjectUri(uri);
  if (parsed === undefined || !store.hasBucket(parsed.bucket)) {
    throw new JobFailure(9, `Failed to get GCS bucket location for ${parsed?.bucket ?? uri}`);
  }
  return parsed;
}

/**
 * The objects that a URI of an input names, in the order of their names.
 * What the service says when there is none is not known, hence `noMatchCode`.
 */
export function resolveInput(store: BlobStore, uri: string, noMatchCode: number): Blob[] {
  const { bucket, name } = locate(store, uri);
  const found = hasWildcard(name) ? matching(store, bucket, name) : [store.get(bucket, name)];
  const blobs = found.filter((blob) => blob !== undefined);
  if (blobs.length === 0) throw new JobFailure(noMatchCode, `Failed to import data. Not found: ${uri}`);
  return blobs;
}

function hasWildcard(name: string): boolean {
  return /[*?[]/.test(name);
}

function matching(store: BlobStore, bucket: string, pattern: string): Blob[] {
  const expression = wildcardExpression(pattern);
  const prefix = pattern.slice(0, pattern.search(/[*?[]/));
  return [...store.list(bucket, prefix)].filter((blob) => expression.test(blob.name));
}

/** Cloud Storage's wildcards: `*` and `?` stop at a slash, `**` does not, `[a-z]` is a set. */
export function wildcardExpression(pattern: string): RegExp {
  const source = pattern.replaceAll(/\*\*|\*|\?|\[[^\]]+\]|[\s\S]/g, (token) => {
    if (token === '**') return '[\\s\\S]*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token.length > 1) return token.replace(/^\[!/, '[^');
    return token.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  });
  return new RegExp(`^${source}$`);
}
