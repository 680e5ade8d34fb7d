// AssemblyScript, built into src/rows/skim/scanner-code.ts by `npm run scanner`.
//
// Walks the bytes of JSONL once. Of each line it copies the structure and the short strings to a skeleton and leaves stubs of
// the long strings, whose escapes and control bytes it has checked. What it finds odd it only flags: other code explains.

/** The text has at least one such thing; the line is to be read by the thorough path. */
const ODD: i32 = 1;
/** The skeleton has bytes ≥ 0x80. */
const NOT_ASCII: i32 = 2;
/** The line ends with CR LF. */
const CARRIAGE_RETURN: i32 = 4;

/** Fields of a line's record, in words. */
const RECORD_BYTES: usize = 24;

const QUOTE: i32 = 0x22;
const BACKSLASH: i32 = 0x5c;
const LINE_FEED: i32 = 0x0a;
const COLON: i32 = 0x3a;
const STUB_BYTES: usize = 9;

/** Strings with more bytes than this are left out of the skeleton. */
let longestKept: i32 = 256;

/** One past the last byte that the last scan took in. */
export let consumed: i32 = 0;

export function setLongestKept(bytes: i32): void {
  longestKept = bytes;
}

// what the functions below tell each other of the string at hand
let stringEnd: usize = 0;
let stringIsOdd: bool = false;

/**
 * Scans the lines in the bytes [from, to), the last of which may have no line feed, writes their skeletons from `skeletons` on and
 * their records from `records` on, and returns how many there are. Stops after `mostRecords`.
 */
export function scan(from: i32, to: i32, skeletons: i32, records: i32, mostRecords: i32): i32 {
  const end = <usize>to;
  let position = <usize>from;
  let lineStart = position;
  let output = <usize>skeletons;
  let lineOutput = output;
  let record = <usize>records;
  let lines: i32 = 0;
  let members: i32 = 0;
  let flags: i32 = 0;
  let bits: i32 = 0;

  while (lines < mostRecords) {
    if (position >= end && position == lineStart) break;
    const byte: i32 = position < end ? <i32>load<u8>(position) : LINE_FEED;

    if (byte == LINE_FEED) {
      let lineEnd = position;
      if (lineEnd > lineStart && load<u8>(lineEnd - 1) == 0x0d) {
        lineEnd -= 1;
        flags |= CARRIAGE_RETURN;
      }
      if (bits & 0x80) flags |= NOT_ASCII;
      store<i32>(record, <i32>lineStart);
      store<i32>(record, <i32>(lineEnd - lineStart), 4);
      store<i32>(record, <i32>lineOutput, 8);
      store<i32>(record, <i32>(output - lineOutput), 12);
      store<i32>(record, members, 16);
      store<i32>(record, flags, 20);
      record += RECORD_BYTES;
      lines += 1;
      position = min(position + 1, end);
      lineStart = position;
      lineOutput = output;
      members = 0;
      flags = 0;
      bits = 0;
    } else if (byte != QUOTE) {
      if (byte == COLON) members += 1;
      bits |= byte;
      store<u8>(output, <u8>byte);
      output += 1;
      position += 1;
    } else {
      const isBase64 = scanString(position + 1, end);
      if (stringIsOdd || stringEnd >= end || load<u8>(stringEnd) != QUOTE) {
        flags |= ODD;
        position = min(stringEnd, end);
      } else {
        const length = <i32>(stringEnd - position - 1);
        if (length > longestKept) {
          writeStub(output, isBase64);
          output += STUB_BYTES;
        } else {
          bits |= copyString(position, output, length + 2);
          output += length + 2;
        }
        position = stringEnd + 1;
      }
    }
  }
  consumed = <i32>position;
  return lines;
}

/** `"\u0000t"` for text, `"\u0000b"` for base64: no string that isn't odd has an escaped NUL. */
// @ts-ignore: decorator
@inline
function writeStub(output: usize, isBase64: bool): void {
  store<u32>(output, 0x30755c22);
  store<u16>(output, 0x3030, 4);
  store<u8>(output, 0x30, 6);
  store<u8>(output, isBase64 ? 0x62 : 0x74, 7);
  store<u8>(output, QUOTE, 8);
}

/** Copies, perhaps some bytes more than asked for; returns the bits that any byte has. */
// @ts-ignore: decorator
@inline
function copyString(source: usize, target: usize, length: i32): i32 {
  let bits = i8x16.splat(0);
  let done: i32 = 0;
  while (done + 16 <= length) {
    const block = v128.load(source + done);
    v128.store(target + done, block);
    bits = v128.or(bits, block);
    done += 16;
  }
  let rest: i32 = 0;
  while (done < length) {
    const byte = <i32>load<u8>(source + done);
    store<u8>(target + done, <u8>byte);
    rest |= byte;
    done += 1;
  }
  return v128.any_true(v128.and(bits, i8x16.splat(-128))) ? 0x80 : rest;
}

/**
 * Finds the quote, the line feed, or the end of the bytes that ends the string whose body begins at `start`; whether the body is
 * padded base64.
 */
function scanString(start: usize, end: usize): bool {
  stringIsOdd = false;
  let position = scanBase64(start, end);
  if (position < end && position > start) {
    let padding: usize = 0;
    while (padding < 2 && position + padding < end && load<u8>(position + padding) == 0x3d) padding += 1;
    const close = position + padding;
    if (close < end && load<u8>(close) == QUOTE) {
      stringEnd = close;
      return ((close - start) & 3) == 0;
    }
  }
  stringEnd = scanText(position, end);
  return false;
}

/** Where the first byte stands that isn't of the base64 alphabet, or nearly the end of the bytes. */
// @ts-ignore: decorator
@inline
function scanBase64(start: usize, end: usize): usize {
  let position = start;
  while (position + 16 <= end) {
    const block = v128.load(position);
    const lower = i8x16.le_u(i8x16.sub(v128.or(block, i8x16.splat(0x20)), i8x16.splat(0x61)), i8x16.splat(25));
    const digit = i8x16.le_u(i8x16.sub(block, i8x16.splat(0x30)), i8x16.splat(9));
    const plus = i8x16.eq(block, i8x16.splat(0x2b));
    const slash = i8x16.eq(block, i8x16.splat(0x2f));
    const fits = v128.or(v128.or(lower, digit), v128.or(plus, slash));
    const mask = i8x16.bitmask(fits);
    if (mask != 0xffff) return position + <usize>ctz(~mask);
    position += 16;
  }
  while (position < end && isBase64(<i32>load<u8>(position))) position += 1;
  return position;
}

// @ts-ignore: decorator
@inline
function isBase64(byte: i32): bool {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte == 0x2b || byte == 0x2f;
}

/** The first quote, line feed or end of the bytes from `start` on; checks escapes and control bytes on the way. */
// @ts-ignore: decorator
@inline
function scanText(start: usize, end: usize): usize {
  let position = start;
  while (position < end) {
    if (position + 16 <= end) {
      const block = v128.load(position);
      const quote = i8x16.eq(block, i8x16.splat(<i8>QUOTE));
      const escape = i8x16.eq(block, i8x16.splat(<i8>BACKSLASH));
      const control = i8x16.lt_u(block, i8x16.splat(0x20));
      const mask = i8x16.bitmask(v128.or(v128.or(quote, escape), control));
      if (mask == 0) {
        position += 16;
        continue;
      }
      position += <usize>ctz(mask);
    }
    const byte = <i32>load<u8>(position);
    if (byte == QUOTE || byte == LINE_FEED) return position;
    if (byte == BACKSLASH) {
      position = scanEscape(position, end);
    } else {
      if (byte < 0x20) stringIsOdd = true;
      position += 1;
    }
  }
  return end;
}

/** One past an escape; what isn't one makes the string odd. */
// @ts-ignore: decorator
@inline
function scanEscape(position: usize, end: usize): usize {
  if (position + 1 >= end) {
    stringIsOdd = true;
    return end;
  }
  const byte = <i32>load<u8>(position, 1);
  if (byte == 0x75) return scanUnit(position, end);
  // " \ / b f n r t
  if (
    byte != QUOTE &&
    byte != BACKSLASH &&
    byte != 0x2f &&
    byte != 0x62 &&
    byte != 0x66 &&
    byte != 0x6e &&
    byte != 0x72 &&
    byte != 0x74
  ) {
    stringIsOdd = true;
    if (byte == LINE_FEED) return position + 1;
  }
  return position + 2;
}

/** An escaped UTF-16 unit; an escaped NUL and half of a pair are odd. */
function scanUnit(position: usize, end: usize): usize {
  const unit = hexUnit(position, end);
  if (unit <= 0) {
    stringIsOdd = true;
    return position + 2;
  }
  if (unit < 0xd800 || unit > 0xdfff) return position + 6;
  if (unit < 0xdc00) {
    const next = hexUnit(position + 6, end);
    if (next >= 0xdc00 && next <= 0xdfff) return position + 12;
  }
  stringIsOdd = true;
  return position + 6;
}

/** What the escape at `position` stands for; -1 when there is none. */
function hexUnit(position: usize, end: usize): i32 {
  if (position + 6 > end || load<u16>(position) != 0x755c) return -1;
  let unit: i32 = 0;
  for (let offset: usize = 2; offset < 6; offset += 1) {
    const byte = <i32>load<u8>(position + offset);
    let digit = byte - 0x30;
    if (digit < 0 || digit > 9) {
      digit = (byte | 0x20) - 0x57;
      if (digit < 10 || digit > 15) return -1;
    }
    unit = (unit << 4) | digit;
  }
  return unit;
}
