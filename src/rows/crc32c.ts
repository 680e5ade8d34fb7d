import { endianness } from 'node:os';

/** CRC-32C (Castagnoli), reflected. */
const POLYNOMIAL = 0x82f63b78;
/** As a reflected polynomial: x⁰ is the highest bit. */
const X_TO_THE_0 = 0x80000000;
const X_TO_THE_8 = 0x00800000;
const TABLE = slicingTable();
/** In words of four bytes. */
const HALF_BLOCK_WORDS = 1_024;
const BLOCK_WORDS = 2 * HALF_BLOCK_WORDS;
/** What as many bytes as half a block has, behind it, multiply a checksum by. */
const PAST_HALF_A_BLOCK = powerOf(4 * HALF_BLOCK_WORDS);
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
  return (multiply(first, powerOf(secondLength)) ^ second) >>> 0;
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

function overWords(words: Int32Array, seed: number): number {
  let crc = seed;
  let at = 0;
  for (; at + BLOCK_WORDS <= words.length; at += BLOCK_WORDS) crc = overBlock(words, at, crc);
  for (; at < words.length; at += 2) crc = overEightBytes(crc ^ words[at]!, words[at + 1]!);
  return crc;
}

/**
 * A block as two halves side by side: a look-up waits for the one before it, not for those of the other half. Blocks are short because
 * V8 optimizes a function that is called often at once, one that loops for long again and again.
 */
function overBlock(words: Int32Array, from: number, seed: number): number {
  let first = seed;
  let second = 0;
  const middle = from + HALF_BLOCK_WORDS;
  for (let at = from; at < middle; at += 2) {
    first = overEightBytes(first ^ words[at]!, words[at + 1]!);
    second = overEightBytes(second ^ words[at + HALF_BLOCK_WORDS]!, words[at + HALF_BLOCK_WORDS + 1]!);
  }
  return multiply(first, PAST_HALF_A_BLOCK) ^ second;
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

/** What so many bytes multiply the checksum of what stands before them by: each by x⁸; squaring takes log2(bytes) steps. */
function powerOf(bytes: number): number {
  let product = X_TO_THE_0;
  let power = X_TO_THE_8;
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) product = multiply(product, power);
    power = multiply(power, power);
  }
  return product;
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
