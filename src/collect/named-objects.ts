import { resolve } from 'node:path';
import { asDirectory } from '../domain/as-directory';
import { BatchError } from '../domain/batch-error';
import { pathsBelow } from '../gateways/local-files';
import type { ObjectStore, StoredObject } from '../gateways/object-store';
import { wildcardExpression } from '../rows/input-pattern';

const MAX_FILES = 10_000;

/** What a person's name for something stands for: one file, those that match, or those below. */
export interface NamedObjects {
  readonly kind: 'file' | 'wildcard' | 'directory';
  readonly objects: readonly StoredObject[];
}

export interface Search {
  readonly store: ObjectStore;
  readonly signal: AbortSignal;
}

/** `gs://` stays, paths become absolute. @throws {BatchError} for other schemes */
export function placeOf(name: string): string {
  if (name.startsWith('gs://')) return name;
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(name)?.[0];
  if (scheme === undefined) return resolve(name);
  throw new BatchError('InvalidRequest', `${name}: ${scheme} can't be read; give gs://bucket/name or a local path.`);
}

/** @param isWanted what counts among several, by the last segment of its name */
export async function objectsNamed(
  { store, signal }: Search,
  name: string,
  isWanted: (name: string) => boolean,
): Promise<NamedObjects> {
  const place = placeOf(name);
  const object = await store.find(place, { signal }).catch((error: unknown) => {
    // a bucket alone is a place to look below
    if (/^gs:\/\/[^/]+\/?$/.test(place)) return undefined;
    throw error;
  });
  if (object !== undefined) return { kind: 'file', objects: [object] };
  const wildcard = place.search(/[*?]/);
  if (wildcard !== -1) {
    const expression = wildcardExpression(place);
    const objects = await listed({ store, signal }, place.slice(0, wildcard), (uri) => expression.test(uri));
    const wanted = objects.filter(({ uri }) => isWanted(lastSegment(uri)));
    return { kind: 'wildcard', objects: wanted.length > 0 ? wanted : objects };
  }
  const isBelow = (uri: string) => isWanted(lastSegment(uri));
  const objects = await listed({ store, signal }, asDirectory(place), isBelow);
  return { kind: 'directory', objects: objects.length > 0 ? objects : await listed({ store, signal }, place, isBelow) };
}

export function lastSegment(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}

/** Only what matches is looked at closely: to know a file's checksum it must be read. */
async function listed({ store, signal }: Search, prefix: string, matches: (uri: string) => boolean) {
  const objects: StoredObject[] = [];
  for await (const object of below({ store, signal }, prefix, matches)) {
    objects.push(object);
    if (objects.length > MAX_FILES) throw tooMany(prefix);
  }
  return objects;
}

async function* below({ store, signal }: Search, prefix: string, matches: (uri: string) => boolean) {
  if (prefix.startsWith('gs://')) {
    for await (const object of store.list(prefix, { signal })) if (matches(object.uri)) yield object;
    return;
  }
  const directory = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  for (const path of await pathsBelow({ verb: 'list', uri: prefix }, directory)) {
    if (!path.startsWith(prefix) || !matches(path)) continue;
    const object = await store.find(path, { signal });
    if (object !== undefined) yield object;
  }
}

function tooMany(prefix: string): BatchError {
  return new BatchError('TooLarge', `There are more than ${MAX_FILES} files below ${prefix}; name fewer.`);
}
