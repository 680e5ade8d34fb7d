import { isAscii, isUtf8 } from 'node:buffer';
import { BYTE_ORDER_MARK } from './byte-order-mark';
import type { RowProblems } from './row-problems';

/** A line's text and what it says. */
export interface ParsedLine {
  readonly text: string;
  readonly value: unknown;
}

/**
 * The line as JSON, or `undefined` when it isn't, with the reason among the problems. `isLast`: nothing ends the line but its
 * file, so that it may be cut.
 */
export function parseLine(line: Buffer, isLast: boolean, problems: RowProblems): ParsedLine | undefined {
  const text = textOf(line, isLast, problems);
  if (text === undefined) return undefined;
  try {
    return { text, value: JSON.parse(text) as unknown };
  } catch (error) {
    reportSyntax(text, (error as Error).message, isLast, problems);
    return undefined;
  }
}

function textOf(line: Buffer, isLast: boolean, problems: RowProblems): string | undefined {
  if (line.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) {
    const message =
      'the line begins with a byte order mark; save the file as UTF-8 without one, or ask for the repair "byte-order-mark"';
    problems.report('byte-order-mark', '', () => message);
    return undefined;
  }
  const ascii = isAscii(line);
  if (!ascii && !isUtf8(line)) {
    if (isLast && isCutUtf8(line)) reportCut(problems);
    else problems.report('utf8', '', () => 'the line is not valid UTF-8; save the file as UTF-8');
    return undefined;
  }
  const text = line.toString(ascii ? 'latin1' : 'utf8');
  if (!/\S/.test(text)) {
    problems.report(
      'blank-line',
      '',
      () => 'the line is blank; every line must hold one request. Delete it, or ask for the repair "blank-lines"',
    );
    return undefined;
  }
  return text;
}

/** Whether nothing but the last character is wrong, for want of its end. */
function isCutUtf8(line: Buffer): boolean {
  const start = line.findLastIndex((byte) => byte >= 0xc0);
  return (
    start !== -1 &&
    isUtf8(line.subarray(0, start)) &&
    line.subarray(start + 1).every((byte) => byte < 0xc0 && byte > 0x7f)
  );
}

function reportCut(problems: RowProblems): void {
  problems.report('truncated', '', () => 'the file ends in the middle of this line; upload it again, whole');
}

function isCutJson(text: string, failure: number): boolean {
  const content = text.trim();
  return content.startsWith('{') && (!content.endsWith('}') || failure >= content.length);
}

function reportSyntax(text: string, reason: string, isLast: boolean, problems: RowProblems): void {
  const control = firstControlCharacter(text);
  const failure = Number(/at position (\d+)/.exec(reason)?.[1] ?? Infinity);
  if (control === undefined || control.position > failure) {
    if (isLast && isCutJson(text, failure)) return reportCut(problems);
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
