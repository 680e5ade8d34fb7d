import type { PartIndex } from '../rows/part-index';
import type { RequestHashes } from '../rows/request-hashes';
import type { OutputRow } from '../rows/skim/output-row';

/** The row that an output line belongs to. */
export type JoinedRow =
  | { readonly kind: 'row'; readonly row: number }
  /** Several rows have this very request; `row` is the first of them. */
  | { readonly kind: 'ambiguous'; readonly row: number; readonly requestHash: bigint }
  | { readonly kind: 'stranger' };

const STRANGER: JoinedRow = { kind: 'stranger' };

/**
 * Finds the row by the key that the line echoes, or by its request where it echoes none, or one that others made up; `undefined`
 * where the hashes of the input's requests are needed to tell.
 */
export function joinOutput(
  index: PartIndex,
  hashes: RequestHashes | undefined,
  output: Pick<OutputRow, 'key' | 'requestHash'>,
): JoinedRow | undefined {
  const { key } = output;
  if (typeof key === 'string' || typeof key === 'number') {
    const row = index.rowOfOutputKey(String(key));
    if (row !== undefined) return { kind: 'row', row };
    if (!index.isForeign) return STRANGER;
  }
  const hash = output.requestHash();
  if (hash === undefined) return STRANGER;
  if (hashes === undefined) return undefined;
  const [row, ...others] = hashes.rowsOf(hash);
  if (row === undefined) return STRANGER;
  return others.length === 0 ? { kind: 'row', row } : { kind: 'ambiguous', row, requestHash: hash };
}
