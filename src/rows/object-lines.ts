import type { ObjectStore } from '../gateways/object-store';
import type { CallOptions, DataObject } from './commits';
import { type Line, MAX_LINE_BYTES } from './lines';
import { readRangeLines } from './ranges';

/** A result row may hold its answer twice, as text and in the service's response; the line it came from was held, so this is. */
const LONGEST_ROW_BYTES = 3 * MAX_LINE_BYTES;

/** Lines of a data object that begin in [from, to). */
export function readObjectLines(
  store: ObjectStore,
  { uri, generation, bytes, crc32c }: DataObject,
  options: CallOptions & { readonly from?: number; readonly to?: number } = {},
): AsyncGenerator<Line, void, undefined> {
  const { from = 0, to = bytes, ...call } = options;
  return readRangeLines(
    store,
    { uri, generation, size: bytes, crc32c, updated: '' },
    { from, to },
    { ...call, maxLineBytes: LONGEST_ROW_BYTES },
  );
}
