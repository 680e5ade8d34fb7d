import { isAscii, isUtf8 } from 'node:buffer';
import { BYTE_ORDER_MARK } from './byte-order-mark';
import type { RowProblems } from './row-problems';

/** A line's text and what it says. */
export interface ParsedLine {
  readonly text: string;
  readonly value: unknown;
}

/** The line as JSON, or `undefined` when it isn't, with the reason among the problems. */
export function parseLine(line: Buffer, problems: RowProblems): ParsedLine | undefined {
  const text = textOf(line, problems);
  if (text === undefined) return undefined;
  try {
    return { text, value: JSON.parse(text) as unknown };
  } catch (error) {
    reportSyntax(text, (error as Error).message, problems);
    return undefined;
  }
}

function textOf(line: Buffer, problems: RowProblems): string | undefined {
  if (line.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) {
    const message = 'the line begins with a byte order mark; save the file as UTF-8 without one';
    problems.report('byte-order-mark', '', () => message);
    return undefined;
  }
  const ascii = isAscii(line);
  if (!ascii && !isUtf8(line)) {
    problems.report('utf8', '', () => 'the line is not valid UTF-8; save the file as UTF-8');
    return undefined;
  }
  const text = line.toString(ascii ? 'latin1' : 'utf8');
  if (!/\S/.test(text)) {
    problems.report('blank-line', '', () => 'the line is blank; every line must hold one request');
    return undefined;
  }
  return text;
}

function reportSyntax(text: string, reason: string, problems: RowProblems): void {
  const control = firstControlCharacter(text);
  const failure = Number(/at position (\d+)/.exec(reason)?.[1] ?? Infinity);
  if (control === undefined || control.position > failure) {
    problems.report('json', '', () => `the line is not one whole JSON object: ${reason}`);
    return;
  }
  const { position, inString } = control;
  const code = text.charCodeAt(position).toString(16).padStart(2, '0');
  const remedy = inString ? `write it as \\u00${code}` : 'remove it';
  const message = `the byte 0x${code} at position ${position} is a raw control character; ${remedy}`;
  problems.report('control-character', '', () => message);
}

/** Control characters are wrong within strings; all but white space outside of them, too. */
function firstControlCharacter(text: string): { readonly position: number; readonly inString: boolean } | undefined {
  let inString = false;
  for (let position = 0; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    if (code < 0x20 && (inString || !(code === 0x09 || code === 0x0a || code === 0x0d))) return { position, inString };
    if (code === 0x22) inString = !inString;
    else if (code === 0x5c && inString && text.charCodeAt(position + 1) >= 0x20) position += 1;
  }
  return undefined;
}
