import type { RowClass, RowEntry } from '../domain/books';
import { TOKEN_KINDS, usageOf } from '../domain/usage';

/** What is kept of each row of a range: enough to choose the winners without its text. */
export interface CollectedRow extends Omit<RowEntry, 'object'> {
  readonly row: number;
  /** Set when the row was found by its request and others have the same one: `row` is the first of them. */
  readonly requestHash: bigint | null;
}

type Written = readonly [
  row: number,
  kind: RowClass,
  code: number | null,
  status: string,
  retryable: 0 | 1,
  offset: number,
  length: number,
  usage: readonly number[] | null,
  requestHash?: string,
];

/** One line of a range's `entries`. */
export function writeCollectedRow(entry: CollectedRow): string {
  const { row, kind, code, status, retryable, offset, length, usage, requestHash } = entry;
  const counts = usage && TOKEN_KINDS.map((token) => usage[token]);
  const written: Written = [row, kind, code, status, retryable ? 1 : 0, offset, length, counts];
  return JSON.stringify(requestHash === null ? written : [...written, requestHash.toString(16)]);
}

export function readCollectedRow(line: string): CollectedRow {
  const [row, kind, code, status, retryable, offset, length, counts, hash] = JSON.parse(line) as Written;
  return {
    row,
    kind,
    code,
    status,
    retryable: retryable === 1,
    offset,
    length,
    usage: counts && usageOf((token) => counts[TOKEN_KINDS.indexOf(token)] ?? 0),
    requestHash: hash === undefined ? null : BigInt(`0x${hash}`),
  };
}
