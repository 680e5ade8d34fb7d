import type { PartIndex } from '../rows/part-index';
import { requestHash } from '../rows/request-hash';
import type { RequestHashes } from '../rows/request-hashes';

/** The row that an output line belongs to. */
export type JoinedRow =
  | { readonly kind: 'row'; readonly row: number }
  /** Several rows have this very request; `row` is the first of them. */
  | { readonly kind: 'ambiguous'; readonly row: number; readonly requestHash: bigint }
  | { readonly kind: 'stranger' };

const STRANGER: JoinedRow = { kind: 'stranger' };

/** Finds the row by the key that the line echoes, or by its request where it echoes none, or one that others made up. */
export async function joinOutput(
  index: PartIndex,
  hashes: () => Promise<RequestHashes>,
  line: Readonly<Record<string, unknown>>,
): Promise<JoinedRow> {
  const key = line[index.outputKeyField];
  if (typeof key === 'string' || typeof key === 'number') {
    const row = index.rowOfOutputKey(String(key));
    if (row !== undefined) return { kind: 'row', row };
    if (!index.isForeign) return STRANGER;
  }
  if (typeof line['request'] !== 'object' || line['request'] === null) return STRANGER;
  const hash = requestHash(line['request']);
  const [row, ...others] = (await hashes()).rowsOf(hash);
  if (row === undefined) return STRANGER;
  return others.length === 0 ? { kind: 'row', row } : { kind: 'ambiguous', row, requestHash: hash };
}
