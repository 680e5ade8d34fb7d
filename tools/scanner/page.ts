// AssemblyScript, built into src/gateways/table-page-code.ts by `npm run scanner`.
//
// Walks the bytes of a page of `tabledata.list` once, as they come, and writes each row as a line of JSON. The texts of columns
// that hold JSON lose the one level of escapes which the page has put around them. A row that is anything else than what BigQuery
// is known to write is only called odd: other code reads it.

import { BACKSLASH, BLOCK_BYTES, copyBlocks, hexUnit, QUOTE, specialBytes } from './bytes';
import { endOfNumber, isJson, isTooDeep, meaningOf, placeMeanings } from './json';

/** More bytes are needed. */
const MORE: i32 = 0;
/** There may be no room for another line. */
const FULL: i32 = 1;
/** What comes next is nothing for this scanner. */
const ODD: i32 = 2;
/** The page has no more rows. */
const ENDED: i32 = 3;

/** What a column's texts become. */
const TEXT: i32 = 0;
const JSON: i32 = 1;
const INTEGER: i32 = 2;
const FLOAT: i32 = 3;
const BOOLEAN: i32 = 4;

/** A column: what its texts become, and where `"name":` lies and how long it is. */
const COLUMN_BYTES: usize = 12;

const COMMA: i32 = 0x2c;
const COLON: i32 = 0x3a;
const OPEN_BRACE: i32 = 0x7b;
const CLOSE_BRACE: i32 = 0x7d;
const OPEN_BRACKET: i32 = 0x5b;
const CLOSE_BRACKET: i32 = 0x5d;
/** `null`, `true`, `fals` and `rows` as numbers. */
const WORD_NULL: u32 = 0x6c6c756e;
const WORD_TRUE: u32 = 0x65757274;
const WORD_FALS: u32 = 0x736c6166;
const WORD_ROWS: u32 = 0x73776f72;
/** Of a line that aren't bytes of its page: braces, commas, the line's end, and what copies reach past it. */
const LINE_SLACK_BYTES: usize = 64;

let columns: usize = 0;
let columnCount: i32 = 0;
let namesBytes: usize = 0;

let isInRows: bool = false;
let isFirstRow: bool = true;
let end: usize = 0;
let cursor: usize = 0;
let status: i32 = MORE;

/** A page begins, of a table with these columns. */
export function beginPage(at: i32, count: i32): void {
  placeMeanings();
  columns = <usize>at;
  columnCount = count;
  namesBytes = 0;
  for (let column = 0; column < count; column += 1) {
    namesBytes += <usize>load<i32>(columns + <usize>column * COLUMN_BYTES, 8) + 1;
  }
  isInRows = false;
  isFirstRow = true;
}

/**
 * Writes the rows between `from` and `to` that are whole to `output`; returns one past the last byte that it is done with.
 * The record: how many rows, one past the last byte written, and what comes next.
 */
export function scanRows(from: i32, to: i32, output: i32, outputEnd: i32, record: i32): i32 {
  let position = <usize>from;
  let rows: i32 = 0;
  end = <usize>to;
  cursor = <usize>output;
  status = MORE;
  if (!isInRows) {
    const first = findRows(position);
    if (first != 0) {
      position = first;
      isInRows = true;
    }
  }
  while (isInRows && status == MORE) {
    if (cursor + (end - position) + namesBytes + LINE_SLACK_BYTES > <usize>outputEnd) {
      status = rows == 0 ? ODD : FULL;
      break;
    }
    const lineStart = cursor;
    const next = scanRow(position);
    if (next == 0) {
      cursor = lineStart;
      break;
    }
    position = next;
    rows += 1;
    isFirstRow = false;
  }
  store<i32>(record, rows);
  store<i32>(record, <i32>cursor, 4);
  store<i32>(record, status, 8);
  return <i32>position;
}

/** Says why there is nothing more; 0 is no position. */
function stop(why: i32): usize {
  status = why;
  return 0;
}

/** One past the bracket that opens the rows. */
function findRows(from: usize): usize {
  let position = past(from, OPEN_BRACE);
  while (position != 0) {
    const name = past(position, QUOTE);
    if (name == 0) return 0;
    const nameEnd = stringEnd(name);
    if (nameEnd == 0) return 0;
    position = past(nameEnd + 1, COLON);
    if (position == 0) return 0;
    if (nameEnd - name == 4 && load<u32>(name) == WORD_ROWS) return past(position, OPEN_BRACKET);
    position = pastValue(position);
    if (position == 0) return 0;
    position = skipSpace(position);
    if (position == end) return stop(MORE);
    const byte = <i32>load<u8>(position);
    if (byte == CLOSE_BRACE) return stop(ENDED);
    if (byte != COMMA) return stop(ODD);
    position += 1;
  }
  return 0;
}

/** One past a value of the page's head, which ends where a comma or a brace follows. */
function pastValue(from: usize): usize {
  let position = skipSpace(from);
  let depth: i32 = 0;
  while (position < end) {
    const byte = <i32>load<u8>(position);
    if (byte == QUOTE) {
      position = stringEnd(position + 1);
      if (position == 0) return 0;
    } else if (byte == OPEN_BRACE || byte == OPEN_BRACKET) depth += 1;
    else if (depth == 0 && (byte == COMMA || byte == CLOSE_BRACE)) return position;
    else if (byte == CLOSE_BRACE || byte == CLOSE_BRACKET) depth -= 1;
    position += 1;
  }
  return stop(MORE);
}

/** Writes the row that comes next, and its comma before it; one past it, or 0. */
function scanRow(from: usize): usize {
  let position = skipSpace(from);
  if (position == end) return stop(MORE);
  if (load<u8>(position) == CLOSE_BRACKET) return stop(ENDED);
  if (!isFirstRow) position = past(position, COMMA);
  if (position != 0) position = past(position, OPEN_BRACE);
  if (position != 0) position = pastName(position, 0x66);
  if (position != 0) position = past(position, OPEN_BRACKET);
  if (position == 0) return 0;
  const lineStart = cursor;
  put(OPEN_BRACE);
  for (let column = 0; column < columnCount; column += 1) {
    if (column > 0) position = past(position, COMMA);
    if (position != 0) position = past(position, OPEN_BRACE);
    if (position != 0) position = pastName(position, 0x76);
    if (position != 0) position = takeCell(position, columns + <usize>column * COLUMN_BYTES, cursor == lineStart + 1);
    if (position != 0) position = past(position, CLOSE_BRACE);
    if (position == 0) return 0;
  }
  position = past(position, CLOSE_BRACKET);
  if (position != 0) position = past(position, CLOSE_BRACE);
  put(CLOSE_BRACE);
  put(0x0a);
  return position;
}

/** Writes a cell, unless it is NULL. */
function takeCell(from: usize, column: usize, isFirst: bool): usize {
  const position = skipSpace(from);
  if (position + 4 > end) return stop(MORE);
  if (load<u32>(position) == WORD_NULL) return position + 4;
  if (load<u8>(position) != QUOTE) return stop(ODD);
  if (!isFirst) put(COMMA);
  const nameBytes = <usize>load<i32>(column, 8);
  copyBlocks(cursor, <usize>load<i32>(column, 4), nameBytes);
  cursor += nameBytes;
  const kind = load<i32>(column);
  if (kind == JSON) return takeJson(position);
  const textEnd = stringEnd(position + 1);
  if (textEnd == 0) return 0;
  if (kind == TEXT) return takeText(position, textEnd);
  return takeBare(kind, position, textEnd);
}

/** The string as it stands: what is JSON in the page is JSON in the line. */
function takeText(start: usize, textEnd: usize): usize {
  const bytes = textEnd + 1 - start;
  copyBlocks(cursor, start, bytes);
  cursor += bytes;
  return textEnd + 1;
}

/** A number or a boolean, which loses its quotes. */
function takeBare(kind: i32, start: usize, textEnd: usize): usize {
  const first = start + 1;
  const bytes = textEnd - first;
  const isBare =
    kind == BOOLEAN
      ? (bytes == 4 && load<u32>(first) == WORD_TRUE) ||
        (bytes == 5 && load<u32>(first) == WORD_FALS && load<u8>(first, 4) == 0x65)
      : endOfNumber(first, textEnd) == textEnd;
  // NaN and Infinity are texts in JSON
  if (!isBare) return kind == FLOAT ? takeText(start, textEnd) : stop(ODD);
  copyBlocks(cursor, first, bytes);
  cursor += bytes;
  return textEnd + 1;
}

/** The JSON that the string holds; the string itself, if it holds none. */
function takeJson(start: usize): usize {
  const valueStart = cursor;
  const textEnd = unescape(start + 1);
  if (textEnd == 0) return 0;
  if (isJson(valueStart, cursor)) return textEnd + 1;
  if (isTooDeep) return stop(ODD);
  cursor = valueStart;
  return takeText(start, textEnd);
}

/** Writes what the string at `from` says; where its closing quote is. */
function unescape(from: usize): usize {
  let position = from;
  let output = cursor;
  const lastBlock = end - BLOCK_BYTES;
  while (position < end) {
    if (position <= lastBlock) {
      const bytes = v128.load(position);
      v128.store(output, bytes);
      const mask = specialBytes(bytes);
      if (mask == 0) {
        position += BLOCK_BYTES;
        output += BLOCK_BYTES;
        continue;
      }
      const plain = <usize>ctz(mask);
      position += plain;
      output += plain;
    }
    const byte = <i32>load<u8>(position);
    if (byte == BACKSLASH) {
      if (position + 1 >= end) return stop(MORE);
      const meant = meaningOf(<i32>load<u8>(position, 1));
      if (meant != 0) {
        store<u8>(output, <u8>meant);
        output += 1;
        position += 2;
      } else {
        cursor = output;
        position = takeUnit(position);
        if (position == 0) return 0;
        output = cursor;
      }
    } else {
      if (byte < 0x20) return stop(ODD);
      if (byte == QUOTE) {
        cursor = output;
        return position;
      }
      store<u8>(output, <u8>byte);
      output += 1;
      position += 1;
    }
  }
  return stop(MORE);
}

/** An escaped UTF-16 unit, or two of them, in UTF-8; half of a pair is odd, and so is any other escape. */
function takeUnit(position: usize): usize {
  if (load<u8>(position, 1) != 0x75) return stop(ODD);
  if (position + 6 > end) return stop(MORE);
  const unit = hexUnit(position, end);
  if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff)) return stop(ODD);
  if (unit < 0xd800 || unit > 0xdfff) {
    putCharacter(unit);
    return position + 6;
  }
  if (position + 12 > end) return stop(MORE);
  const second = hexUnit(position + 6, end);
  if (second < 0xdc00 || second > 0xdfff) return stop(ODD);
  putCharacter(0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00));
  return position + 12;
}

function putCharacter(code: i32): void {
  if (code < 0x80) return put(code);
  if (code < 0x800) put(0xc0 | (code >> 6));
  else {
    if (code < 0x10000) put(0xe0 | (code >> 12));
    else {
      put(0xf0 | (code >> 18));
      put(0x80 | ((code >> 12) & 0x3f));
    }
    put(0x80 | ((code >> 6) & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

/** Where the closing quote of the string is that begins at `from`. */
function stringEnd(from: usize): usize {
  let position = from;
  while (position < end) {
    if (position + BLOCK_BYTES <= end) {
      const mask = specialBytes(v128.load(position));
      if (mask == 0) {
        position += BLOCK_BYTES;
        continue;
      }
      position += <usize>ctz(mask);
    }
    const byte = <i32>load<u8>(position);
    if (byte == QUOTE) return position;
    if (byte < 0x20) return stop(ODD);
    position += byte == BACKSLASH ? 2 : 1;
  }
  return stop(MORE);
}

/** One past a name of one letter and its colon. */
// @ts-ignore: decorator
@inline
function pastName(from: usize, letter: i32): usize {
  let position = past(from, QUOTE);
  if (position != 0) position = past(position, letter);
  if (position != 0) position = past(position, QUOTE);
  return position == 0 ? 0 : past(position, COLON);
}

/** One past this byte, which may have white space before it. */
// @ts-ignore: decorator
@inline
function past(from: usize, byte: i32): usize {
  const position = skipSpace(from);
  if (position >= end) return stop(MORE);
  return load<u8>(position) == byte ? position + 1 : stop(ODD);
}

// @ts-ignore: decorator
@inline
function skipSpace(from: usize): usize {
  let position = from;
  while (position < end && isSpace(<i32>load<u8>(position))) position += 1;
  return position;
}

// @ts-ignore: decorator
@inline
function isSpace(byte: i32): bool {
  return byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09;
}

// @ts-ignore: decorator
@inline
function put(byte: i32): void {
  store<u8>(cursor, <u8>byte);
  cursor += 1;
}
