const POLYNOMIAL = 0x82f63b78;
const TABLES = slicingTables();

/** CRC-32C of `bytes`, continuing from the checksum of what came before; unsigned. */
export function crc32cOf(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  let offset = 0;
  const slicedEnd = bytes.length - (bytes.length % 8);
  while (offset < slicedEnd) {
    crc ^= bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24);
    crc =
      TABLES[0x700 | (crc & 0xff)]! ^
      TABLES[0x600 | ((crc >>> 8) & 0xff)]! ^
      TABLES[0x500 | ((crc >>> 16) & 0xff)]! ^
      TABLES[0x400 | (crc >>> 24)]! ^
      TABLES[0x300 | bytes[offset + 4]!]! ^
      TABLES[0x200 | bytes[offset + 5]!]! ^
      TABLES[0x100 | bytes[offset + 6]!]! ^
      TABLES[bytes[offset + 7]!]!;
    offset += 8;
  }
  for (; offset < bytes.length; offset += 1) crc = (crc >>> 8) ^ TABLES[(crc ^ bytes[offset]!) & 0xff]!;
  return ~crc >>> 0;
}

/** The checksum of two contents laid end to end, from their checksums and the second one's length in bytes. */
export function crc32cOfJoined(first: number, second: number, secondLength: number): number {
  return (multiply(first, powerOfX8(secondLength)) ^ second) >>> 0;
}

/** As Cloud Storage writes it: base64 of the four bytes, most significant first. */
export function toBase64Crc32c(crc32c: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32c);
  return bytes.toString('base64');
}

export function fromBase64Crc32c(text: string): number | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 4 ? bytes.readUInt32BE() : undefined;
}

/** Table n holds the effect of a byte that n further bytes follow. */
function slicingTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = timesX(crc);
    tables[byte] = crc;
  }
  for (let index = 256; index < tables.length; index += 1) {
    const shorter = tables[index - 256]!;
    tables[index] = (shorter >>> 8) ^ tables[shorter & 0xff]!;
  }
  return tables;
}

// Polynomials over GF(2) modulo the CRC's, reflected: the highest bit is the coefficient of x⁰.

function timesX(polynomial: number): number {
  return polynomial & 1 ? (polynomial >>> 1) ^ POLYNOMIAL : polynomial >>> 1;
}

function multiply(left: number, right: number): number {
  let product = 0;
  let shifted = right;
  for (let mask = 0x80000000; mask !== 0; mask >>>= 1) {
    if (left & mask) product ^= shifted;
    shifted = timesX(shifted);
  }
  return product;
}

function powerOfX8(exponent: number): number {
  let power = 0x80000000;
  let square = 0x00800000;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = multiply(power, square);
    square = multiply(square, square);
  }
  return power;
}
