import type { ObjectStore } from '../gateways/object-store';
import { type CallOptions, type DataObject, readInto } from './commits';

/**
 * Columns of the index file of a part, one number per row and column. The file is a header of 16 bytes (a magic word, the
 * number of rows) and the columns one after the other in the order below, little-endian.
 */
export interface RowIndex {
  readonly rows: number;
  readonly keyHash: BigUint64Array;
  /** Offset of the row in its file. */
  readonly byte: Float64Array;
  /** Ordinal of the file among the plan's sources. */
  readonly file: Uint32Array;
  /** From 1. */
  readonly line: Uint32Array;
  /** Bytes without the line end. */
  readonly length: Uint32Array;
  /** Where the row's entry in the key file begins: its key, then its metadata, up to the next row's entry. */
  readonly keyOffset: Uint32Array;
  readonly keyLength: Uint32Array;
}

const MAGIC = 0x32495256; // "VRI2"
const HEADER_BYTES = 16;
const BYTES_PER_ROW = 2 * 8 + 5 * 4;

const COLUMNS = [
  'keyHash',
  'byte',
  'file',
  'line',
  'length',
  'keyOffset',
  'keyLength',
] as const satisfies readonly Exclude<keyof RowIndex, 'rows'>[];

/** Where the column of the key hashes lies in an index file of so many rows. */
export function keyHashBytes(rows: number): { readonly from: number; readonly to: number } {
  return { from: HEADER_BYTES, to: HEADER_BYTES + 8 * rows };
}

/** An index whose columns are all zero. */
export function emptyRowIndex(rows: number): { readonly index: RowIndex; readonly bytes: Buffer } {
  const buffer = new ArrayBuffer(HEADER_BYTES + rows * BYTES_PER_ROW);
  const header = new Uint32Array(buffer, 0, 2);
  header[0] = MAGIC;
  header[1] = rows;
  return { index: columnsOf(buffer, rows), bytes: Buffer.from(buffer) };
}

/** Reads an index file, each column into memory of its own. */
export async function readRowIndex(
  store: ObjectStore,
  object: DataObject,
  options: CallOptions = {},
): Promise<RowIndex> {
  const rows = (object.bytes - HEADER_BYTES) / BYTES_PER_ROW;
  const notAnIndex = () => new Error(`${object.uri} is not a row index: ${object.bytes} bytes`);
  if (!Number.isInteger(rows) || rows < 0) throw notAnIndex();
  const header = new Uint32Array(HEADER_BYTES / 4);
  const index: RowIndex = {
    rows,
    keyHash: new BigUint64Array(rows),
    byte: new Float64Array(rows),
    file: new Uint32Array(rows),
    line: new Uint32Array(rows),
    length: new Uint32Array(rows),
    keyOffset: new Uint32Array(rows),
    keyLength: new Uint32Array(rows),
  };
  await readInto(store, object, [header, ...COLUMNS.map((name) => index[name])], options);
  if (header[0] !== MAGIC || header[1] !== rows) throw notAnIndex();
  return index;
}

function columnsOf(buffer: ArrayBuffer, rows: number): RowIndex {
  let offset = HEADER_BYTES;
  const next = (bytesPerRow: number): number => {
    const start = offset;
    offset += rows * bytesPerRow;
    return start;
  };
  return {
    rows,
    keyHash: new BigUint64Array(buffer, next(8), rows),
    byte: new Float64Array(buffer, next(8), rows),
    file: new Uint32Array(buffer, next(4), rows),
    line: new Uint32Array(buffer, next(4), rows),
    length: new Uint32Array(buffer, next(4), rows),
    keyOffset: new Uint32Array(buffer, next(4), rows),
    keyLength: new Uint32Array(buffer, next(4), rows),
  };
}

/** The bytes of an index that has the first rows of another. */
export function firstRows(index: RowIndex, rows: number): Buffer {
  const shorter = emptyRowIndex(rows);
  for (const name of COLUMNS) {
    bytesOf(index[name]).copy(bytesOf(shorter.index[name]));
  }
  return shorter.bytes;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
