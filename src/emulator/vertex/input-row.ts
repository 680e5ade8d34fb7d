import { isUtf8 } from 'node:buffer';

import type { InputBehaviour } from '../scenario';
import { ImportRefusal } from './import-schema';
import { isObject } from './known-fields';
import { hasRepeatedName, repeatedNameIn } from './repeated-names';

const BYTE_ORDER_MARK = '\uFEFF';
const OPENING_BRACE = 0x7b;

/** Whether a line has nothing but JSON's white space. */
export function isBlank(bytes: Buffer): boolean {
  return bytes[0] !== OPENING_BRACE && /^[ \t\r]*$/.test(bytes.toString('latin1'));
}

/** A line as text, without the mark that a file may begin with. */
export function rowText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** Reads a line as the import does. @throws {ImportRefusal} when it is no JSON object */
export function readRow(bytes: Buffer, isFirst: boolean, behaviour: InputBehaviour): Record<string, unknown> {
  if (!isUtf8(bytes)) throw unreadable('invalid UTF-8');
  const skipsMark = isFirst && behaviour.byteOrderMark === 'skipped';
  const text = skipsMark ? rowText(bytes) : bytes.toString('utf8');
  const row = parseJson(text);
  if (!isObject(row))
    throw new ImportRefusal('Error while reading data: JSON parsing error in row, expected an object');
  if (behaviour.repeatedNames !== 'last' && hasRepeatedName(text, row)) {
    throw unreadable(`the name ${JSON.stringify(repeatedNameIn(text))} is there twice in one object`);
  }
  return row;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable((error as Error).message);
  }
}

function unreadable(reason: string): ImportRefusal {
  return new ImportRefusal(`Error while reading data: JSON parsing error in row: ${reason}`);
}
