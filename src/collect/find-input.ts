import type { Sources } from '../rows/sources';
import { BatchError } from '../domain/batch-error';
import type { StoredObject } from '../gateways/object-store';
import { planRanges } from '../rows/ranges';
import { toSourceFile } from '../rows/source-file';
import { objectsNamed, type Search } from './named-objects';

/** The files that the jobs read, each once, cut into ranges. */
export async function findInput(search: Search, names: readonly string[]): Promise<Sources> {
  const found = new Map<string, StoredObject>();
  for (const name of names) {
    const { kind, objects } = await objectsNamed(search, name, () => true);
    if (objects.length === 0) throw new BatchError('InputNotFound', `Input ${name} does not exist.`);
    if (kind === 'directory') {
      throw new BatchError(
        'InputNotFound',
        `Input ${name} is a folder; name the files in it, such as ${name.replace(/\/$/, '')}/*.jsonl.`,
      );
    }
    for (const object of objects) found.set(object.uri, object);
  }
  const files = [...found.values()].filter(({ size }) => size > 0).map(toSourceFile);
  if (files.length > 0) return { files, ranges: planRanges(files, { spanFiles: true }) };
  throw new BatchError('InvalidInput', `Input ${names.join(', ')} is empty: it must have one request a line.`);
}
