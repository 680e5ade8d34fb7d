import { endianness } from 'node:os';

/** CRC-32C (Castagnoli), reflected. */
const POLYNOMIAL = 0x82f63b78;
const TABLE = slicingTable();
const LITTLE_ENDIAN = endianness() === 'LE';

/** CRC-32C of the bytes; `seed` is the checksum of what came before. An unsigned number of 32 bits. */
export function crc32cOf(bytes: Uint8Array, seed = 0): number {
  const misaligned = Math.min((4 - (bytes.byteOffset & 3)) & 3, bytes.length);
  const pairs = LITTLE_ENDIAN ? (bytes.length - misaligned) >>> 3 : 0;
  let crc = overBytes(bytes, 0, misaligned, ~seed);
  if (pairs > 0) crc = overWords(new Int32Array(bytes.buffer, bytes.byteOffset + misaligned, pairs * 2), crc);
  return ~overBytes(bytes, misaligned + pairs * 8, bytes.length, crc) >>> 0;
}

/** A checksum as Cloud Storage writes it: base64 of its four bytes, the highest first. */
export function toBase64Crc32c(crc: number): string {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(crc);
  return bytes.toString('base64');
}

/** The checksum of bytes that come in pieces. */
export class Crc32c {
  #crc = 0;

  update(bytes: Uint8Array): this {
    this.#crc = crc32cOf(bytes, this.#crc);
    return this;
  }

  /** The checksum so far, unsigned. */
  get value(): number {
    return this.#crc;
  }

  /** Base64, as Cloud Storage writes it. */
  toString(): string {
    return toBase64Crc32c(this.#crc);
  }
}

function overBytes(bytes: Uint8Array, from: number, to: number, seed: number): number {
  let crc = seed;
  for (let at = from; at < to; at += 1) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[at]!) & 0xff]!;
  return crc;
}

/** Eight bytes a turn; each has its own part of the table, so that no look-up waits for another. */
function overWords(words: Int32Array, seed: number): number {
  let crc = seed;
  for (let at = 0; at < words.length; at += 2) {
    const first = crc ^ words[at]!;
    const second = words[at + 1]!;
    crc =
      TABLE[0x700 + (first & 0xff)]! ^
      TABLE[0x600 + ((first >>> 8) & 0xff)]! ^
      TABLE[0x500 + ((first >>> 16) & 0xff)]! ^
      TABLE[0x400 + (first >>> 24)]! ^
      TABLE[0x300 + (second & 0xff)]! ^
      TABLE[0x200 + ((second >>> 8) & 0xff)]! ^
      TABLE[0x100 + ((second >>> 16) & 0xff)]! ^
      TABLE[second >>> 24]!;
  }
  return crc;
}

/** Part n of 256 entries says what a byte does to the checksum when n more bytes follow it. */
function slicingTable(): Int32Array {
  const table = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    table[byte] = crc;
  }
  for (let entry = 256; entry < table.length; entry += 1) {
    const before = table[entry - 256]!;
    table[entry] = (before >>> 8) ^ table[before & 0xff]!;
  }
  return table;
}
