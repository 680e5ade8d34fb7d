import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from '../domain/json-characters';

/**
 * The bytes of a member's value as they stand in a line of valid JSON that holds an object; `undefined` when there is no such
 * member. Of members of one name the last counts, as in `JSON.parse`.
 */
export function rawMember(line: Buffer, name: string): Buffer | undefined {
  let found: Buffer | undefined;
  let position = skipSpace(line, skipSpace(line, 0) + 1);
  while (line[position] === QUOTE) {
    const nameEnd = stringEnd(line, position);
    const given: unknown = JSON.parse(line.toString('utf8', position, nameEnd));
    const start = skipSpace(line, expect(line, skipSpace(line, nameEnd), COLON) + 1);
    const end = valueEnd(line, start);
    if (given === name) found = line.subarray(start, end);
    position = skipSpace(line, end);
    if (line[position] === COMMA) position = skipSpace(line, position + 1);
  }
  expect(line, position, CLOSE_BRACE);
  return found;
}

function expect(line: Buffer, position: number, byte: number): number {
  if (line[position] === byte) return position;
  throw new SyntaxError(`The line is not a JSON object: no ${String.fromCharCode(byte)} at byte ${position}`);
}

function skipSpace(line: Buffer, from: number): number {
  let position = from;
  while (isSpace(line[position])) position += 1;
  return position;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;
}

/** One past the closing quote. */
function stringEnd(line: Buffer, open: number): number {
  let close = line.indexOf(QUOTE, open + 1);
  while (close !== -1 && isEscaped(line, close)) close = line.indexOf(QUOTE, close + 1);
  if (close === -1) throw new SyntaxError(`The line is not valid JSON: the string at byte ${open} has no end`);
  return close + 1;
}

function isEscaped(line: Buffer, position: number): boolean {
  let backslashes = 0;
  while (line[position - 1 - backslashes] === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

/** One past the value's last byte. */
function valueEnd(line: Buffer, start: number): number {
  const first = line[start];
  if (first === QUOTE) return stringEnd(line, start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return nestedEnd(line, start);
  let position = start;
  while (
    position < line.length &&
    !isSpace(line[position]) &&
    line[position] !== COMMA &&
    line[position] !== CLOSE_BRACE
  ) {
    position += 1;
  }
  return position;
}

function nestedEnd(line: Buffer, start: number): number {
  let levels = 0;
  let position = start;
  while (position < line.length) {
    const byte = line[position];
    if (byte === QUOTE) {
      position = stringEnd(line, position);
      continue;
    }
    position += 1;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) levels += 1;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --levels === 0) return position;
  }
  throw new SyntaxError(`The line is not valid JSON: the value at byte ${start} has no end`);
}
