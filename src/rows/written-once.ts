import type { ObjectStore } from '../gateways/object-store';

const KEPT = 8;
const kept = new WeakMap<ObjectStore, Map<string, unknown>>();

/**
 * An object that one execution reads for every range and that is written once: the last few are kept by each worker. The execution
 * is part of the key, because a run whose directory was deleted may write another object under the same name.
 */
export async function writtenOnce<Content>(
  store: ObjectStore,
  execution: string,
  uri: string,
  read: () => Promise<Content>,
): Promise<Content> {
  const contents = kept.get(store) ?? new Map<string, unknown>();
  kept.set(store, contents);
  const key = `${execution} ${uri}`;
  const content = contents.has(key) ? (contents.get(key) as Content) : await read();
  contents.delete(key);
  contents.set(key, content);
  for (const oldest of contents.keys()) {
    if (contents.size <= KEPT) break;
    contents.delete(oldest);
  }
  return content;
}
