import type { Manifest } from '../activities/finish-run';
import type { RunReference } from '../domain/accepted-request';
import { asDirectory } from '../domain/as-directory';
import { BatchError } from '../domain/batch-error';
import { parseGsUri } from '../gateways/gs-uri';
import type { ObjectStore } from '../gateways/object-store';
import { findRecord } from '../rows/commits';
import { type Plan, planUri } from '../rows/plan';
import { placeOf } from './named-objects';

interface Call {
  readonly signal?: AbortSignal;
}

/** `gs://bucket/prefix/` or an absolute path, with a slash at the end. */
export function targetDirectory(name: string): string {
  const place = placeOf(name);
  if (place.startsWith('gs://')) parseGsUri(place);
  return asDirectory(place);
}

/** What stands where results are to be written: nothing, this very collect begun or finished. */
export type Standing =
  | { readonly kind: 'nothing' | 'begun' }
  | { readonly kind: 'finished'; readonly manifest: Manifest };

/**
 * Looks before anything is written.
 * @throws {BatchError} when somebody else's results, or a run's own files, lie there
 */
export async function standingIn(
  store: ObjectStore,
  { directory, execution }: RunReference,
  call: Call,
): Promise<Standing> {
  if (!directory.startsWith('gs://') && (await store.find(directory.slice(0, -1), call)) !== undefined) {
    throw new BatchError('InvalidRequest', `${directory.slice(0, -1)} is a file; name a directory for the results.`);
  }
  const manifest = await findRecord<Manifest>(store, `${directory}manifest.json`, call);
  if (manifest?.execution === execution) return { kind: 'finished', manifest };
  if (manifest !== undefined) throw taken(directory, 'the result of other outputs or another input');
  const plan = await findRecord<Plan>(store, planUri({ directory }), call);
  if (plan?.execution === execution) return { kind: 'begun' };
  if (plan !== undefined) throw taken(directory, 'the files of a run, or of another collect that was cut short');
  for (const name of ['results/', 'errors.jsonl', 'dead-letters.jsonl']) {
    for await (const { uri } of store.list(`${directory}${name}`, call))
      throw taken(directory, uri.slice(directory.length));
  }
  return { kind: 'nothing' };
}

function taken(directory: string, what: string): BatchError {
  return new BatchError(
    'InvalidRequest',
    `${directory} has ${what}: name an empty directory, or delete what is there.`,
  );
}

const OWN = ['results/part-', 'errors.jsonl', 'dead-letters.jsonl', 'index/p1-', 'tables/', 'work/', 'plan.json'];

/** Takes back what was written, so that nobody mistakes it for a result. */
export async function removeTraces(store: ObjectStore, directory: string): Promise<void> {
  for (const name of OWN) await deleteBelow(store, `${directory}${name}`);
}

export async function deleteBelow(store: ObjectStore, prefix: string, call: Call = {}): Promise<void> {
  for await (const { uri } of store.list(prefix, call)) await store.delete(uri);
}
