import { endianness } from 'node:os';

/** CRC-32C (Castagnoli), reflected. */
const POLYNOMIAL = 0x82f63b78;
/** As a reflected polynomial: x⁰ is the highest bit. */
const X_TO_THE_8 = 0x00800000;
const TABLE = slicingTable();
/** In words of four bytes. To join two halves takes as long as a kilobyte or two. */
const WORTH_HALVING = 2_048;
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

/** The checksum in what {@link toBase64Crc32c} writes; undefined for anything else. */
export function fromBase64Crc32c(text: string): number | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 4 ? bytes.readUInt32BE() : undefined;
}

/** The checksum of one content behind another, from the checksum of each and the length of the second in bytes. */
export function joinCrc32c(first: number, second: number, secondLength: number): number {
  // Each byte that follows multiplies the first checksum by x⁸; squaring takes log2(length) steps.
  let shifted = first;
  let power = X_TO_THE_8;
  for (let rest = secondLength; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shifted = multiply(shifted, power);
    power = multiply(power, power);
  }
  return (shifted ^ second) >>> 0;
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

/** Long stretches as two halves side by side: a look-up waits for the one before it, not for those of the other half. */
function overWords(words: Int32Array, seed: number): number {
  const half = words.length >= WORTH_HALVING ? (words.length >>> 2) * 2 : 0;
  let crc = seed;
  if (half > 0) {
    let second = 0;
    for (let at = 0; at < half; at += 2) {
      crc = overEightBytes(crc ^ words[at]!, words[at + 1]!);
      second = overEightBytes(second ^ words[half + at]!, words[half + at + 1]!);
    }
    crc = joinCrc32c(crc, second, half * 4);
  }
  for (let at = half * 2; at < words.length; at += 2) crc = overEightBytes(crc ^ words[at]!, words[at + 1]!);
  return crc;
}

/** Each byte has its own part of the table, so that no look-up waits for another. */
function overEightBytes(first: number, second: number): number {
  return (
    TABLE[0x700 + (first & 0xff)]! ^
    TABLE[0x600 + ((first >>> 8) & 0xff)]! ^
    TABLE[0x500 + ((first >>> 16) & 0xff)]! ^
    TABLE[0x400 + (first >>> 24)]! ^
    TABLE[0x300 + (second & 0xff)]! ^
    TABLE[0x200 + ((second >>> 8) & 0xff)]! ^
    TABLE[0x100 + ((second >>> 16) & 0xff)]! ^
    TABLE[second >>> 24]!
  );
}

/** Product of two polynomials over GF(2), modulo the CRC's. */
function multiply(left: number, right: number): number {
  let product = 0;
  let shifted = right;
  for (let bit = 31; bit >= 0; bit -= 1) {
    if ((left >>> bit) & 1) product ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return product;
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
