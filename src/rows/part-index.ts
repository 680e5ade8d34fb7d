import type { Repair } from '../domain/validation-rules';

/** Where a row stood in the caller's input. */
export interface RowSource {
  readonly uri: string;
  /** From 1. */
  readonly line: number;
}

/** Bytes of a row in the caller's input, without its line end. */
export interface RowLocation {
  readonly uri: string;
  readonly generation: string;
  readonly from: number;
  readonly to: number;
  /** Of the whole file, to know it by when it was written again. */
  readonly size: number;
  readonly crc32c: string;
}

/**
 * What is known of the rows of one part, read from the plan's index and key files. Rows are numbered from 0 in input order.
 * `key`, `source` and `metadata` of a result come from here, never from the service's echo.
 */
export interface PartIndex {
  readonly rows: number;
  /** The top-level field of an output row that holds its key: the caller's `keyField`, or `key` where a copy was staged. */
  readonly outputKeyField: string;
  /** Others ran the jobs: what no key finds may be found by its request. */
  readonly isForeign: boolean;
  /** What is mended in a row whenever it is read from the input. */
  readonly repairs: readonly Repair[];
  /** The row of a key as the output echoes it, compared in full. */
  rowOfOutputKey(key: string): number | undefined;
  /** The same for a key that lies in memory as plain ASCII, as most do. */
  rowOfAsciiKey(bytes: Buffer, from: number, to: number): number | undefined;
  /** The caller's own key, as a string; `<file ordinal>:<line>` where he gave none. */
  keyOf(row: number): string;
  sourceOf(row: number): RowSource;
  /** The caller's other top-level fields; `undefined` when they pass 1 KB and must be read from the input at its location. */
  metadataOf(row: number): Readonly<Record<string, unknown>> | undefined;
  locationOf(row: number): RowLocation;
  /** Where the key of each row lies, in UTF-8, and behind it its metadata as JSON. */
  readonly keyFile: Buffer;
  keyFrom(row: number): number;
  /** The same as {@link keyFrom} for a row that has no key of its own. */
  keyTo(row: number): number;
  /** The same as {@link keyTo} for a row that has no metadata. */
  metadataTo(row: number): number;
}
