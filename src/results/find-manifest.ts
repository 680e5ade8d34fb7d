import { resolve } from 'node:path';
import type { Manifest } from '../activities/finish-run';
import { asDirectory } from '../domain/as-directory';
import { BatchError } from '../domain/batch-error';
import type { ObjectStore } from '../gateways/object-store';
import { type CallOptions, type DataObject, findRecord } from '../rows/commits';
import { directoryOf } from '../rows/work-paths';

/** `gs://…` stays, a path becomes absolute. */
export function absolutePlace(place: string): string {
  return place.startsWith('gs://') ? place : resolve(place) + (place.endsWith('/') ? '/' : '');
}

/** A manifest, its files where they lie now: a directory may have been copied or moved as a whole. */
export interface FoundManifest {
  readonly files: Manifest['files'];
  readonly uri: string;
}

/** @throws {BatchError} when there is none, which is so while a run is open */
export async function findManifest(store: ObjectStore, place: string, call: CallOptions): Promise<FoundManifest> {
  for (const uri of candidatesOf(place)) {
    const manifest = await findRecord<Partial<Manifest>>(store, uri, call);
    if (manifest === undefined) continue;
    const { result, files } = manifest;
    if (result === undefined || files === undefined)
      throw new BatchError('InvalidRequest', `${uri} isn't a run's manifest.`);
    return { uri, files: files.map((file) => ({ ...file, ...movedTo(directoryOf(uri), result.directory, file) })) };
  }
  throw new BatchError(
    'NotFound',
    `${place} has no manifest.json. A run writes it last: wait for its result, or give the directory, manifest or results prefix that the result names.`,
  );
}

/** The manifest itself, or that of a directory or of its `results/`. */
function candidatesOf(place: string): string[] {
  if (place.endsWith('.json')) return [place];
  const directory = asDirectory(place);
  const above = directory.replace(/\/results\/$/, '/');
  return [...new Set([directory, above])].map((candidate) => `${candidate}manifest.json`);
}

function movedTo(now: string, then: string, { uri }: DataObject): Pick<DataObject, 'uri'> {
  return { uri: uri.startsWith(then) ? `${now}${uri.slice(then.length)}` : uri };
}
