// AssemblyScript, built into src/rows/skim/scanner-code.ts by `npm run scanner`.
//
// Walks the bytes of a line of JSONL once. It copies the structure and the short strings to a skeleton and leaves stubs of the
// long strings, whose escapes and control bytes it has checked. What it finds odd it only flags: other code explains.
//
// Of the value of the row's `request` it makes a template as well. Where that is known, the skeleton has a 0 for the request. And it
// counts how much text there is in it. Of the skeleton it makes a form, when asked to.

import { copyBlocks, isDigit, QUOTE } from './bytes';
import { formLength, formOf, NO_FORM } from './form';
import { isBeforeColon, scanString, stringEnd, stringIsOdd, stringOverhead } from './strings';
import {
  beginTemplate,
  endTemplate,
  findTemplate,
  noTemplate,
  numbersLeftOut,
  templateByte,
  templateBytes,
  templateIsOpen,
  templateIsWhole,
  templateLength,
  templateNumber,
  templateText,
} from './template';

export { forgetForms, learnForm, placeForms } from './form';
export { forgetTemplates, hashTexts, learnTemplate, placeTemplates } from './template';

/** The text has at least one such thing; the line is to be read by the thorough path. */
const ODD: i32 = 1;
/** The skeleton has bytes ≥ 0x80. */
const NOT_ASCII: i32 = 2;
/** The line ends with CR LF. */
const CARRIAGE_RETURN: i32 = 4;

/** In place of a template's number, where the row has none; -1 stands for one that isn't known. */
const NO_TEMPLATE: i32 = -2;

const LINE_FEED: i32 = 0x0a;
const COLON: i32 = 0x3a;
const SPACE: i32 = 0x20;
const OPEN_BRACE: i32 = 0x7b;
const CLOSE_BRACE: i32 = 0x7d;
const MINUS: i32 = 0x2d;
const STUB_BYTES: usize = 9;
/** `text` and `data` as numbers. */
const WORD_TEXT: u32 = 0x74786574;
const WORD_DATA: u32 = 0x61746164;

/** Strings with more bytes than this are left out of the skeleton. */
let longestKept: i32 = 256;

export function setLongestKept(bytes: i32): void {
  longestKept = bytes;
}

let areFormsWanted: bool = false;

/** Whether rows are looked at for their forms. */
export function wantForms(yes: bool): void {
  areFormsWanted = yes;
}

// what the functions below tell each other of the row at hand
let depth: i32 = 0;
let members: i32 = 0;
/** Of the bytes of the skeleton: those outside of the request, and within. */
let outerBits: i32 = 0;
let innerBits: i32 = 0;
/** The name `request` was met, and its value comes next. */
let isNamed: bool = false;
let hasRequest: bool = false;
let isInRequest: bool = false;
let membersBefore: i32 = 0;
let requestMembers: i32 = 0;
let requestStart: usize = 0;
let requestEnd: usize = 0;
/** The value of a member `text` comes next. */
let followsText: bool = false;
/** That of a member `data`, which is what media stand in. */
let followsData: bool = false;
/** Of the strings that are values in the request, in UTF-8 and without those named `data`. */
let textBytes: i32 = 0;
/** Of the row itself. */
let rowMembers: i32 = 0;
/** Strings outside of the request that are left out of the skeleton, and where the last of them has its quotes. */
let leftOut: i32 = 0;
let lastLeftOut: usize = 0;
let lastLeftOutEnd: usize = 0;

/**
 * Scans the line that begins at `from`, which may have no line feed before `to`; writes its skeleton and its record, and returns
 * where the next line begins.
 */
export function scanLine(from: i32, to: i32, skeleton: i32, record: i32): i32 {
  const end = <usize>to;
  let position = <usize>from;
  let output = <usize>skeleton;
  let flags: i32 = 0;
  beginLine();

  while (position < end) {
    const byte = <i32>load<u8>(position);
    if (byte == LINE_FEED) break;
    if (byte == QUOTE) {
      const isBase64 = scanString(position + 1, end);
      if (stringIsOdd || stringEnd >= end || load<u8>(stringEnd) != QUOTE) {
        flags |= ODD;
        noTemplate();
        position = min(stringEnd, end);
        continue;
      }
      output = takeString(position, end, output, isBase64);
      position = stringEnd + 1;
    } else if (templateIsOpen && (byte == MINUS || isDigit(byte))) {
      const numberEnd = templateNumber(position, end);
      copyBlocks(output, position, numberEnd - position);
      output += numberEnd - position;
      position = numberEnd;
    } else {
      takeByte(byte, output);
      store<u8>(output, <u8>byte);
      output += 1;
      position += 1;
    }
  }

  let lineEnd = position;
  if (lineEnd > <usize>from && load<u8>(lineEnd - 1) == 0x0d) {
    lineEnd -= 1;
    flags |= CARRIAGE_RETURN;
  }
  const template = templateIsWhole ? findTemplate() : NO_TEMPLATE;
  if (template >= 0) output = leaveRequestOut(output);
  if ((outerBits | innerBits) & 0x80) flags |= NOT_ASCII;
  const isRequestOut = template >= 0 || !hasRequest;
  const form = areFormsWanted && isRequestOut && (flags & ODD) == 0 ? formOf(<usize>skeleton, output) : NO_FORM;
  store<i32>(record, <i32>(lineEnd - from));
  store<i32>(record, <i32>(output - skeleton), 4);
  store<i32>(record, members, 8);
  store<i32>(record, flags, 12);
  store<i32>(record, template, 16);
  store<i32>(record, numbersLeftOut, 20);
  store<i32>(record, templateLength(), 24);
  store<i32>(record, requestMembers, 28);
  store<i32>(record, textBytes, 32);
  store<i32>(record, rowMembers, 36);
  store<i32>(record, leftOut, 40);
  store<i32>(record, <i32>lastLeftOut, 44);
  store<i32>(record, <i32>lastLeftOutEnd, 48);
  store<i32>(record, form, 52);
  store<i32>(record, formLength(), 56);
  return <i32>min(position + 1, end);
}

// @ts-ignore: decorator
@inline
function beginLine(): void {
  depth = 0;
  members = 0;
  outerBits = 0;
  innerBits = 0;
  isNamed = false;
  hasRequest = false;
  isInRequest = false;
  followsText = false;
  followsData = false;
  textBytes = 0;
  rowMembers = 0;
  leftOut = 0;
  noTemplate();
}

/** A right string that begins at `start`, with its quotes; returns where the skeleton goes on. */
// @ts-ignore: decorator
@inline
function takeString(start: usize, end: usize, output: usize, isBase64: bool): usize {
  const length = <i32>(stringEnd - start - 1);
  const isLong = length > longestKept;
  const isName = isBeforeColon(stringEnd + 1, end);
  if (templateIsOpen) {
    if (!isName) templateText(start + 1, length, isLong, isBase64, followsText);
    else if (isLong) noTemplate();
    else templateBytes(start, length + 2);
  }
  if (isInRequest && !isName && !followsData) textBytes += length - stringOverhead;
  const word: u32 = isName && length == 4 ? load<u32>(start, 1) : 0;
  followsText = word == WORD_TEXT;
  followsData = word == WORD_DATA;
  isNamed = isName && depth == 1 && isWordRequest(start + 1, length);
  if (isLong) {
    writeStub(output, isBase64);
    if (!isInRequest) {
      leftOut += 1;
      lastLeftOut = start;
      lastLeftOutEnd = stringEnd + 1;
    }
    return output + STUB_BYTES;
  }
  const bits = copyString(start, output, length + 2);
  if (templateIsOpen) innerBits |= bits;
  else outerBits |= bits;
  return output + length + 2;
}

/** A byte outside of strings, and of a template's numbers. */
// @ts-ignore: decorator
@inline
function takeByte(byte: i32, output: usize): void {
  if (byte == COLON) {
    members += 1;
    if (depth == 1) rowMembers += 1;
  } else if (byte > SPACE) {
    const folded = byte | 0x20;
    if (folded == OPEN_BRACE) {
      if (isNamed && byte == OPEN_BRACE) beginRequest(output);
      depth += 1;
    } else if (folded == CLOSE_BRACE) {
      depth -= 1;
      if (depth == 1) {
        isInRequest = false;
        if (templateIsOpen) return endRequest(byte, output);
      }
    }
    followsText = false;
    followsData = false;
    isNamed = false;
  }
  if (templateIsOpen) templateByte(byte);
  outerBits |= byte;
}

/** A second request in one row has no template, and what is wrong with it is for others to say. */
function beginRequest(output: usize): void {
  if (hasRequest) return noTemplate();
  hasRequest = true;
  isInRequest = true;
  membersBefore = members;
  requestStart = output;
  beginTemplate();
}

function endRequest(byte: i32, output: usize): void {
  templateByte(byte);
  endTemplate();
  requestMembers = members - membersBefore;
  requestEnd = output + 1;
}

function leaveRequestOut(output: usize): usize {
  // a space behind the 0, or what follows might make another number of it
  store<u16>(requestStart, 0x2030);
  copyBlocks(requestStart + 2, requestEnd, output - requestEnd);
  members -= requestMembers;
  innerBits = 0;
  return output - (requestEnd - requestStart - 2);
}

// @ts-ignore: decorator
@inline
function isWordRequest(start: usize, length: i32): bool {
  return length == 7 && load<u32>(start) == 0x75716572 && load<u32>(start, 3) == 0x74736575;
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

/** Copies whole blocks, up to fifteen bytes more than asked for; whether a byte is beyond ASCII, as the bit that says so. */
// @ts-ignore: decorator
@inline
function copyString(source: usize, target: usize, length: i32): i32 {
  let beyond: i32 = 0;
  for (let done: i32 = 0; done < length; done += 16) {
    const block = v128.load(source + done);
    v128.store(target + done, block);
    const rest = length - done;
    beyond |= i8x16.bitmask(block) & (rest < 16 ? (1 << rest) - 1 : 0xffff);
  }
  return beyond == 0 ? 0 : 0x80;
}
