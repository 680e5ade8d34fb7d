import type { ObjectStore, StoredObject } from '../gateways/object-store';
import { type CallOptions, readWhole } from './commits';

const BYTES_PER_ROW = 4;

/** Writes row numbers of a part, ascending: 32-bit little-endian each. */
export async function writeRowList(
  store: ObjectStore,
  uri: string,
  rows: Iterable<number>,
  options: CallOptions & { readonly ifGenerationMatch?: 0 } = {},
): Promise<StoredObject> {
  const sorted = Uint32Array.from(rows).sort();
  const content = Buffer.alloc(sorted.length * BYTES_PER_ROW);
  sorted.forEach((row, position) => content.writeUInt32LE(row, position * BYTES_PER_ROW));
  return store.write(uri, content, { contentType: 'application/octet-stream', ...options });
}

/** Row numbers that {@link writeRowList} wrote, ascending. */
export async function readRowList(store: ObjectStore, uri: string, options: CallOptions = {}): Promise<Uint32Array> {
  return parseRowList(await readWhole(store, uri, options), uri);
}

/** Row numbers from the content of a list. */
export function parseRowList(content: Buffer, uri: string): Uint32Array {
  if (content.length % BYTES_PER_ROW !== 0) {
    throw new Error(`${uri} is not a list of rows: ${content.length} bytes are no multiple of ${BYTES_PER_ROW}`);
  }
  return Uint32Array.from({ length: content.length / BYTES_PER_ROW }, (_, position) =>
    content.readUInt32LE(position * BYTES_PER_ROW),
  );
}
