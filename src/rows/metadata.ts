import type { ObjectStore } from '../gateways/object-store';
import type { CallOptions } from './commits';
import type { PartIndex } from './part-index';
import { readRows } from './read-rows';

export type Metadata = Readonly<Record<string, unknown>>;

/** The caller's other top-level fields of a row, from the input where the index doesn't hold them. */
export async function readMetadata(
  store: ObjectStore,
  index: PartIndex,
  keyField: string | null,
  row: number,
  options: CallOptions,
): Promise<Metadata> {
  for await (const { content } of readRows(store, index, [row], options)) {
    const fields = Object.entries(JSON.parse(content.toString('utf8')) as Metadata);
    return Object.fromEntries(fields.filter(([field]) => field !== 'request' && field !== keyField));
  }
  return {};
}
