// Whether a text is JSON, by the grammar of RFC 8259. What its strings say in UTF-8 is no matter here.

import { BACKSLASH, BLOCK_BYTES, hexUnit, isDigit, QUOTE, specialBytes } from './bytes';

/** What may come next: a value, the first of a list or its end, a name, the first of an object or its end, or what follows a value. */
const VALUE: i32 = 0;
const FIRST_VALUE: i32 = 1;
const NAME: i32 = 2;
const FIRST_NAME: i32 = 3;
const AFTER: i32 = 4;

/** Of objects and lists in each other; BigQuery's own limit for JSON is 500. */
const DEEPEST: i32 = 1000;
/** A byte each: whether it is an object. */
const NESTING: usize = 1024;

/** A byte each: what it stands for behind a backslash. */
const MEANINGS: usize = 512;

/** Comes before {@link isJson} and {@link meaningOf}. */
export function placeMeanings(): void {
  for (let byte: usize = 0; byte < 256; byte += 1) store<u8>(MEANINGS + byte, 0);
  store<u8>(MEANINGS + QUOTE, QUOTE);
  store<u8>(MEANINGS + BACKSLASH, BACKSLASH);
  store<u8>(MEANINGS + 0x2f, 0x2f);
  store<u8>(MEANINGS + 0x62, 0x08);
  store<u8>(MEANINGS + 0x66, 0x0c);
  store<u8>(MEANINGS + 0x6e, 0x0a);
  store<u8>(MEANINGS + 0x72, 0x0d);
  store<u8>(MEANINGS + 0x74, 0x09);
}

/** What the byte stands for behind a backslash; 0 for a `u`, and for what is no escape. */
// @ts-ignore: decorator
@inline
export function meaningOf(byte: i32): i32 {
  return <i32>load<u8>(MEANINGS + <usize>byte);
}

/** The last text nests too deep to be told. */
export let isTooDeep: bool = false;

/** Whether the bytes are one JSON value; its line breaks become spaces. */
export function isJson(from: usize, end: usize): bool {
  let position = skipSpace(from, end);
  let depth: i32 = 0;
  let next = VALUE;
  isTooDeep = false;
  while (position < end) {
    const byte = <i32>load<u8>(position);
    position += 1;
    if (next == AFTER) {
      if (depth == 0) return false;
      const isObject = load<u8>(NESTING + <usize>depth) == 1;
      if (byte == 0x2c) next = isObject ? NAME : VALUE;
      else if (byte == (isObject ? 0x7d : 0x5d)) depth -= 1;
      else return false;
    } else if (next == NAME || next == FIRST_NAME) {
      if (byte == 0x7d && next == FIRST_NAME) {
        depth -= 1;
        next = AFTER;
      } else {
        if (byte != QUOTE) return false;
        position = pastString(position, end);
        if (position == 0) return false;
        position = skipSpace(position, end);
        if (position >= end || load<u8>(position) != 0x3a) return false;
        position += 1;
        next = VALUE;
      }
    } else if (byte == 0x7b || byte == 0x5b) {
      depth += 1;
      if (depth > DEEPEST) {
        isTooDeep = true;
        return false;
      }
      store<u8>(NESTING + <usize>depth, byte == 0x7b ? 1 : 0);
      next = byte == 0x7b ? FIRST_NAME : FIRST_VALUE;
    } else if (byte == 0x5d && next == FIRST_VALUE) {
      depth -= 1;
      next = AFTER;
    } else {
      position = byte == QUOTE ? pastString(position, end) : pastScalar(position - 1, end);
      if (position == 0) return false;
      next = AFTER;
    }
    position = skipSpace(position, end);
  }
  return next == AFTER && depth == 0;
}

/** Skips white space, of which line breaks become spaces. */
function skipSpace(from: usize, end: usize): usize {
  let position = from;
  while (position < end) {
    const byte = <i32>load<u8>(position);
    if (byte == 0x0a || byte == 0x0d) store<u8>(position, 0x20);
    else if (byte != 0x20 && byte != 0x09) break;
    position += 1;
  }
  return position;
}

/** One past the closing quote; 0 if the string is none. */
function pastString(from: usize, end: usize): usize {
  let position = from;
  const lastBlock = end - BLOCK_BYTES;
  while (position < end) {
    if (position <= lastBlock) {
      const mask = specialBytes(v128.load(position));
      if (mask == 0) {
        position += BLOCK_BYTES;
        continue;
      }
      position += <usize>ctz(mask);
    }
    const byte = <i32>load<u8>(position);
    if (byte == BACKSLASH) {
      if (position + 1 >= end) return 0;
      if (meaningOf(<i32>load<u8>(position, 1)) != 0) position += 2;
      else {
        if (hexUnit(position, end) < 0) return 0;
        position += 6;
      }
    } else {
      if (byte == QUOTE) return position + 1;
      if (byte < 0x20) return 0;
      position += 1;
    }
  }
  return 0;
}

function pastScalar(from: usize, end: usize): usize {
  const byte = <i32>load<u8>(from);
  if (byte == 0x2d || isDigit(byte)) return endOfNumber(from, end);
  if (from + 4 > end) return 0;
  const word = load<u32>(from);
  if (word == 0x6c6c756e || word == 0x65757274) return from + 4;
  return word == 0x736c6166 && from + 5 <= end && load<u8>(from, 4) == 0x65 ? from + 5 : 0;
}

/** One past the number that begins at `from`; 0 if there is none. */
export function endOfNumber(from: usize, end: usize): usize {
  let position = from;
  if (position < end && load<u8>(position) == 0x2d) position += 1;
  const whole = position;
  position = skipDigits(position, end);
  if (position == whole || (position > whole + 1 && load<u8>(whole) == 0x30)) return 0;
  if (position < end && load<u8>(position) == 0x2e) {
    const fraction = position + 1;
    position = skipDigits(fraction, end);
    if (position == fraction) return 0;
  }
  if (position < end && (load<u8>(position) | 0x20) == 0x65) {
    position += 1;
    if (position < end && (load<u8>(position) == 0x2b || load<u8>(position) == 0x2d)) position += 1;
    const exponent = position;
    position = skipDigits(exponent, end);
    if (position == exponent) return 0;
  }
  return position;
}

function skipDigits(from: usize, end: usize): usize {
  let position = from;
  while (position < end && isDigit(<i32>load<u8>(position))) position += 1;
  return position;
}
