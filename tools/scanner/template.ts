// Templates of requests: their bytes without what differs from one to the next of its like, with a marker for each string and
// number that was left out. Requests with one template have the same names, forms and short values.

import { BLOCK_BYTES, copyBlocks, isDigit } from './bytes';
import { firstLane, hashText, placeUnits, secondLane } from './hash-text';
import { findKnown, forgetKnown, KNOWN_BYTES, learnKnown } from './known';
import { readNumber, readValue } from './number';

/** A string of more than LONGEST_VERBATIM bytes. */
const TEXT: i32 = 1;
/** Such a one, or one that is a stub in the skeleton, which is padded base64. */
const BASE64: i32 = 2;
/** A string that is no stub and begins like `gs://bucket`. */
const OBJECT_URI: i32 = 3;
/** A number as people write them: at most 15 digits, no exponent. */
const NUMBER: i32 = 4;
/** A string that is the value of a member `text`, whatever it is. */
const ANY_TEXT: i32 = 5;
/** A string that is no stub and begins like `https://host`. */
const WEB_URI: i32 = 6;
/** A string that begins like neither. */
const NO_URI: i32 = 0;
/** A byte below this would look like a marker; JSON has none of them outside of strings. */
const FIRST_PLAIN_BYTE: i32 = 0x09;

/** Other strings are part of the template; the longest word of the API has 32 bytes. */
const LONGEST_VERBATIM: i32 = 48;
const MOST_NUMBERS: i32 = 4096;
/** Of texts that are hashed. */
const MOST_TEXTS: i32 = 4096;
const SCRATCH_BYTES: usize = 65536;

let numbers: usize = 0;
let texts: usize = 0;
let scratch: usize = 0;
let known: usize = 0;

/** Says where memory is: for numbers, hashes, the template at hand, those that are known, and units of texts. It must be zero. */
export function placeTemplates(at: i32): void {
  numbers = <usize>at;
  texts = numbers + (<usize>MOST_NUMBERS << 3);
  scratch = texts + (<usize>MOST_TEXTS << 3);
  known = scratch + SCRATCH_BYTES;
  placeUnits(known + KNOWN_BYTES);
}

/** Knows no template any more. */
export function forgetTemplates(): void {
  forgetKnown(known);
}

let areHashed: bool = false;

/** Whether the strings that are left out of templates are hashed. */
export function hashTexts(yes: bool): void {
  areHashed = yes;
}

/** A request is being read, and so far it has a template. */
export let templateIsOpen: bool = false;
/** It was read to its end. */
export let templateIsWhole: bool = false;
/** Numbers that were left out of it, in the order of the text. */
export let numbersLeftOut: i32 = 0;
let textsLeftOut: i32 = 0;
let cursor: usize = 0;

export function noTemplate(): void {
  templateIsOpen = false;
  templateIsWhole = false;
}

export function beginTemplate(): void {
  templateIsOpen = true;
  templateIsWhole = false;
  numbersLeftOut = 0;
  textsLeftOut = 0;
  cursor = scratch;
}

export function endTemplate(): void {
  templateIsWhole = templateIsOpen;
  templateIsOpen = false;
}

export function templateLength(): i32 {
  return <i32>(cursor - scratch);
}

// @ts-ignore: decorator
@inline
function hasRoom(bytes: usize): bool {
  if (cursor + bytes + BLOCK_BYTES <= scratch + SCRATCH_BYTES) return true;
  noTemplate();
  return false;
}

/** A byte outside of strings and numbers. */
// @ts-ignore: decorator
@inline
export function templateByte(byte: i32): void {
  if (byte < FIRST_PLAIN_BYTE) noTemplate();
  else if (hasRoom(1)) {
    store<u8>(cursor, <u8>byte);
    cursor += 1;
  }
}

/** Bytes that are part of the template as they stand, such as a name with its quotes. */
export function templateBytes(start: usize, length: i32): void {
  if (!hasRoom(<usize>length)) return;
  copyBlocks(cursor, start, <usize>length);
  cursor += <usize>length;
}

/** A string that is a value; `start` and `length` are those of its body. */
export function templateText(start: usize, length: i32, hasStub: bool, isBase64: bool, followsText: bool): void {
  let marker = followsText ? ANY_TEXT : hasStub ? NO_URI : uriMarker(start, length);
  if (marker == NO_URI) {
    if (!hasStub && length <= LONGEST_VERBATIM) return templateBytes(start - 1, length + 2);
    marker = isBase64 ? BASE64 : TEXT;
  }
  templateMarker(marker);
  if (areHashed) noteHash(start, start + <usize>length);
}

/** Notes the two lanes of a string's hash, in the order of the text. */
function noteHash(start: usize, end: usize): void {
  if (textsLeftOut == MOST_TEXTS) return noTemplate();
  hashText(start, end);
  const place = texts + (<usize>textsLeftOut << 3);
  store<u32>(place, firstLane);
  store<u32>(place, secondLane, 4);
  textsLeftOut += 1;
}

/** Takes the number that begins at `start`; returns where it ends. */
export function templateNumber(start: usize, end: usize): usize {
  const numberEnd = endOfNumber(start, end);
  if (numbersLeftOut < MOST_NUMBERS && readNumber(start, numberEnd)) {
    store<f64>(numbers + (<usize>numbersLeftOut << 3), readValue);
    numbersLeftOut += 1;
    templateMarker(NUMBER);
  } else templateBytes(start, <i32>(numberEnd - start));
  return numberEnd;
}

function templateMarker(marker: i32): void {
  if (!hasRoom(1)) return;
  store<u8>(cursor, <u8>marker);
  cursor += 1;
}

/** How a string begins: like one of the two kinds of URI, or NO_URI. */
function uriMarker(start: usize, length: i32): i32 {
  let marker = OBJECT_URI;
  let host: usize = 5;
  // gs:/ or else http and s://
  if (length > 5 && load<u32>(start) == 0x2f3a7367) {
    if (load<u8>(start, 4) != 0x2f) return NO_URI;
  } else {
    if (length < 9 || load<u32>(start) != 0x70747468 || load<u32>(start, 4) != 0x2f2f3a73) return NO_URI;
    marker = WEB_URI;
    host = 8;
  }
  const first = <i32>load<u8>(start + host);
  return (first >= 0x61 && first <= 0x7a) || isDigit(first) ? marker : NO_URI;
}

function endOfNumber(start: usize, end: usize): usize {
  let position = start;
  while (position < end) {
    const byte = <i32>load<u8>(position);
    // + - . e E
    if (!isDigit(byte) && byte != 0x2b && byte != 0x2d && byte != 0x2e && (byte | 0x20) != 0x65) break;
    position += 1;
  }
  return position;
}

/** The number of the template at hand among those that are known, or UNKNOWN. */
export function findTemplate(): i32 {
  return findKnown(known, scratch, cursor);
}

/** Notes the template that was looked for last, and not found; returns its number, or UNKNOWN where there is no room. */
export function learnTemplate(): i32 {
  return learnKnown(known, scratch, cursor);
}
