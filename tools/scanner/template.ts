// Templates of requests: their bytes without what differs from one to the next of its like, with a marker for each string and
// number that was left out. Requests with one template have the same names, forms and short values.

import { BLOCK_BYTES, copyBlocks, isDigit } from './bytes';
import { firstLane, hashText, secondLane } from './hash-text';

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
const MOST_DIGITS: i32 = 15;
const MOST_NUMBERS: i32 = 4096;
/** Of texts that are hashed. */
const MOST_TEXTS: i32 = 4096;
const SCRATCH_BYTES: usize = 65536;
const MOST_TEMPLATES: i32 = 1024;
/** A power of two, well above the number of templates. */
const INDEX_SLOTS: i32 = 4096;
const ENTRY_BYTES: usize = 12;
const KEPT_BYTES: usize = 524288;

const UNKNOWN: i32 = -1;

let numbers: usize = 0;
let texts: usize = 0;
let scratch: usize = 0;
let index: usize = 0;
let entries: usize = 0;
let kept: usize = 0;
let keptEnd: usize = 0;
let templates: i32 = 0;

/** Says where memory is: for numbers, hashes, the template at hand, and those that are known. It must be zero. */
export function placeTemplates(at: i32): void {
  numbers = <usize>at;
  texts = numbers + (<usize>MOST_NUMBERS << 3);
  scratch = texts + (<usize>MOST_TEXTS << 3);
  index = scratch + SCRATCH_BYTES;
  entries = index + (<usize>INDEX_SLOTS << 2);
  kept = entries + <usize>MOST_TEMPLATES * ENTRY_BYTES;
  keptEnd = kept;
}

/** Knows no template any more. */
export function forgetTemplates(): void {
  memory.fill(index, 0, <usize>INDEX_SLOTS << 2);
  keptEnd = kept;
  templates = 0;
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
let hash: u32 = 0;

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

let readValue: f64 = 0;

/** Reads a number of which a float loses no digit; any other is left to JSON. */
function readNumber(start: usize, end: usize): bool {
  const isNegative = load<u8>(start) == 0x2d;
  const whole = isNegative ? start + 1 : start;
  let position = whole;
  let point: usize = 0;
  let digits: i32 = 0;
  let value: f64 = 0;
  let power: f64 = 1;
  while (position < end) {
    const byte = <i32>load<u8>(position);
    if (isDigit(byte)) {
      value = value * 10 + <f64>(byte - 0x30);
      digits += 1;
      if (point != 0) power *= 10;
    } else if (byte == 0x2e && point == 0) point = position;
    else return false;
    position += 1;
  }
  const wholeEnd = point == 0 ? end : point;
  if (digits > MOST_DIGITS || wholeEnd == whole || point + 1 == end) return false;
  if (load<u8>(whole) == 0x30 && wholeEnd > whole + 1) return false;
  readValue = (isNegative ? -value : value) / power;
  return true;
}

/** The number of the template at hand among those that are known, or UNKNOWN. It is compared in blocks, filled up with zeros. */
export function findTemplate(): i32 {
  v128.store(cursor, i8x16.splat(0));
  const length = templateLength();
  hash = hashOf(scratch, cursor);
  let slot = hash & (INDEX_SLOTS - 1);
  let found = load<i32>(index + (<usize>slot << 2));
  while (found != 0) {
    const entry = entries + <usize>(found - 1) * ENTRY_BYTES;
    const isOfItsKind = load<u32>(entry) == hash && load<i32>(entry, 4) == length;
    if (isOfItsKind && isSame(<usize>load<u32>(entry, 8), length)) return found - 1;
    slot = (slot + 1) & (INDEX_SLOTS - 1);
    found = load<i32>(index + (<usize>slot << 2));
  }
  return UNKNOWN;
}

/** Notes the template that was looked for last, and not found; returns its number, or UNKNOWN where there is no room. */
export function learnTemplate(): i32 {
  const length = <usize>templateLength();
  const bytes = (length + BLOCK_BYTES) & ~(BLOCK_BYTES - 1);
  if (templates == MOST_TEMPLATES || keptEnd + bytes > kept + KEPT_BYTES) return UNKNOWN;
  copyBlocks(keptEnd, scratch, length);
  const entry = entries + <usize>templates * ENTRY_BYTES;
  store<u32>(entry, hash);
  store<i32>(entry, <i32>length, 4);
  store<u32>(entry, <u32>keptEnd, 8);
  keptEnd += bytes;
  let slot = hash & (INDEX_SLOTS - 1);
  while (load<i32>(index + (<usize>slot << 2)) != 0) slot = (slot + 1) & (INDEX_SLOTS - 1);
  templates += 1;
  store<i32>(index + (<usize>slot << 2), templates);
  return templates - 1;
}

function hashOf(from: usize, to: usize): u32 {
  let mixed: u64 = 0x9e3779b97f4a7c15;
  for (let position = from; position < to; position += 8) {
    mixed = (mixed ^ load<u64>(position)) * 0xff51afd7ed558ccd;
    mixed ^= mixed >> 32;
  }
  return <u32>mixed;
}

function isSame(other: usize, length: i32): bool {
  for (let done: usize = 0; done < <usize>length; done += BLOCK_BYTES) {
    if (i8x16.bitmask(i8x16.eq(v128.load(scratch + done), v128.load(other + done))) != 0xffff) return false;
  }
  return true;
}
