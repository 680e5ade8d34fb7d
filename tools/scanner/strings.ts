// Strings of JSON: where they end, and whether what stands in them is right.

import { BACKSLASH, hexUnit, QUOTE, specialBytes } from './bytes';

const LINE_FEED: i32 = 0x0a;
const COLON: i32 = 0x3a;
const SPACE: i32 = 0x20;

/** Of the string scanned last: where the byte stands that ended it, a quote if it is right. */
export let stringEnd: usize = 0;
/** It has control bytes, broken escapes, half pairs or NULs. */
export let stringIsOdd: bool = false;
/** What its escapes take more than what they stand for does in UTF-8, in bytes. */
export let stringOverhead: i32 = 0;

/**
 * Finds the quote, the line feed, or the end of the bytes that ends the string whose body begins at `start`; whether the body is
 * padded base64.
 */
export function scanString(start: usize, end: usize): bool {
  stringIsOdd = false;
  stringOverhead = 0;
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
      const mask = specialBytes(v128.load(position));
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
  stringOverhead += 1;
  return position + 2;
}

/** An escaped UTF-16 unit; an escaped NUL and half of a pair are odd. */
function scanUnit(position: usize, end: usize): usize {
  const unit = hexUnit(position, end);
  if (unit <= 0) {
    stringIsOdd = true;
    return position + 2;
  }
  if (unit < 0xd800 || unit > 0xdfff) {
    stringOverhead += unit < 0x80 ? 5 : unit < 0x800 ? 4 : 3;
    return position + 6;
  }
  if (unit < 0xdc00) {
    const next = hexUnit(position + 6, end);
    if (next >= 0xdc00 && next <= 0xdfff) {
      stringOverhead += 8;
      return position + 12;
    }
  }
  stringIsOdd = true;
  return position + 6;
}

/** Whether a string that ended before `position` is a name. */
// @ts-ignore: decorator
@inline
export function isBeforeColon(position: usize, end: usize): bool {
  while (position < end && <i32>load<u8>(position) <= SPACE) position += 1;
  return position < end && load<u8>(position) == COLON;
}
