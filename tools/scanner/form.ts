// The form of a row: the bytes of its skeleton without what differs from one row to the next of its like, with a marker for each
// string and number that was left out. Rows of one form have the same names, structure and words.

import { BACKSLASH, BLOCK_BYTES, copyBlocks, isDigit, QUOTE } from './bytes';
import { endOfNumber } from './json';
import { findKnown, forgetKnown, learnKnown } from './known';
import { readNumber, readValue } from './number';
import { isBeforeColon, scanString, stringEnd } from './strings';

/** A string of the row itself, or one that has a digit and doesn't look like a number. */
const STRING: u8 = 1;
/** A number; not a number where it isn't as people write them, with at most 15 digits and no exponent. */
const NUMBER: u8 = 2;
/** A string that is the value of a member `text`, whatever it is; perhaps its stub. */
const TEXT: u8 = 3;
/** A byte below this would look like a marker; JSON has none of them outside of strings. */
const FIRST_PLAIN_BYTE: i32 = 0x09;

const SPACE: i32 = 0x20;
const MINUS: i32 = 0x2d;
const DOT: i32 = 0x2e;
const PLUS: i32 = 0x2b;
const ZERO: i32 = 0x30;
/** `text` as a number. */
const WORD_TEXT: u32 = 0x74786574;

/** Rows with more of them have no form. */
const MOST_LEFT_OUT: i32 = 64;
const SCRATCH_BYTES: usize = 8192;

/** In place of a form's number, where the row has none; -1 stands for one that isn't known. */
export const NO_FORM: i32 = -2;

let strings: usize = 0;
let numbers: usize = 0;
let scratch: usize = 0;
let known: usize = 0;
let formEnd: usize = 0;

/** Says where memory is: for strings, numbers, the form at hand, and those that are known. It must be zero. */
export function placeForms(at: i32): void {
  strings = <usize>at;
  numbers = strings + (<usize>MOST_LEFT_OUT << 3);
  scratch = numbers + (<usize>MOST_LEFT_OUT << 3);
  known = scratch + SCRATCH_BYTES;
}

/** Knows no form any more. */
export function forgetForms(): void {
  forgetKnown(known);
}

/** Notes the form that was looked for last, and not found; returns its number, or -1 where there is no room. */
export function learnForm(): i32 {
  return learnKnown(known, scratch, formEnd);
}

/** In bytes, of the form that was looked for last. */
export function formLength(): i32 {
  return <i32>(formEnd - scratch);
}

/** The number of a skeleton's form, -1 where it isn't known, or NO_FORM. Notes where strings stand that it leaves out, and its numbers. */
export function formOf(start: usize, end: usize): i32 {
  if (end - start + 2 * BLOCK_BYTES > SCRATCH_BYTES) return NO_FORM;
  let position = start;
  let output = scratch;
  let depth: i32 = 0;
  let followsText = false;
  let stringsLeftOut: usize = 0;
  let numbersLeftOut: usize = 0;
  while (position < end) {
    const byte = <i32>load<u8>(position);
    if (byte == QUOTE) {
      scanString(position + 1, end);
      const next = stringEnd + 1;
      const length = next - position;
      let marker: u8 = 0;
      if (isBeforeColon(next, end)) {
        followsText = length == 6 && load<u32>(position, 1) == WORD_TEXT;
      } else {
        marker = followsText ? TEXT : depth == 1 || hasDigit(position + 1, stringEnd) ? STRING : 0;
        followsText = false;
      }
      if (marker == 0) {
        copyBlocks(output, position, length);
        output += length;
      } else {
        if (stringsLeftOut == MOST_LEFT_OUT) return NO_FORM;
        store<u32>(strings + (stringsLeftOut << 3), <u32>position);
        store<u32>(strings + (stringsLeftOut << 3), <u32>next, 4);
        stringsLeftOut += 1;
        store<u8>(output, marker);
        output += 1;
      }
      position = next;
    } else if (byte == MINUS || isDigit(byte)) {
      const numberEnd = endOfNumber(position, end);
      if (numberEnd == 0 || numbersLeftOut == MOST_LEFT_OUT) return NO_FORM;
      store<f64>(numbers + (numbersLeftOut << 3), readNumber(position, numberEnd) ? readValue : NaN);
      numbersLeftOut += 1;
      store<u8>(output, NUMBER);
      output += 1;
      position = numberEnd;
    } else {
      if (byte < FIRST_PLAIN_BYTE) return NO_FORM;
      const folded = byte | 0x20;
      // { [ and } ]
      if (folded == 0x7b) depth += 1;
      else if (folded == 0x7d) depth -= 1;
      store<u8>(output, <u8>byte);
      output += 1;
      position += 1;
    }
  }
  formEnd = output;
  return findKnown(known, scratch, output);
}

/** Whether a string is of plain ASCII and has a digit, and `Number` would make none of it. */
function hasDigit(start: usize, end: usize): bool {
  let digits = false;
  let others = false;
  for (let position = start; position < end; position += 1) {
    const byte = <i32>load<u8>(position);
    if (byte <= SPACE || byte >= 0x7f || byte == BACKSLASH) return false;
    if (isDigit(byte)) digits = true;
    else if (byte != PLUS && byte != MINUS && byte != DOT && (byte | SPACE) != 0x65) others = true;
  }
  // 0x, 0b, 0o
  return digits && others && !(load<u8>(start) == ZERO && <i32>load<u8>(start, 1) > 0x39);
}
