import type { Logger } from '@temporalio/common';
import { BatchError } from '../domain/batch-error';
import type { ObjectStore } from '../gateways/object-store';
import type { CallOptions } from './commits';
import type { PartIndex } from './part-index';
import { readRows } from './read-rows';

export type Metadata = Readonly<Record<string, unknown>>;

/**
 * The caller's other top-level fields of a row, from the input where the index doesn't hold them. An input that changed
 * since costs a result its metadata, nothing else.
 */
export async function metadataOf(
  store: ObjectStore,
  index: PartIndex,
  keyField: string | null,
  row: number,
  { log, ...options }: CallOptions & { readonly log: Logger },
): Promise<Metadata> {
  const kept = index.metadataOf(row);
  if (kept !== undefined) return kept;
  try {
    for await (const { content } of readRows(store, index, [row], options)) return metadataIn(content, keyField);
  } catch (error) {
    if (!(error instanceof BatchError) || error.type !== 'InputChanged') throw error;
    log.warn(`The metadata of row ${index.keyOf(row)} are lost: ${error.message}`);
  }
  return {};
}

function metadataIn(content: Buffer, keyField: string | null): Metadata {
  const fields = Object.entries(JSON.parse(content.toString('utf8')) as Metadata);
  return Object.fromEntries(fields.filter(([field]) => field !== 'request' && field !== keyField));
}
