import { isUtf8 } from 'node:buffer';
import { rawMember } from '../raw-member';
import { type Scanner, SCANNER_CAPACITY } from './scanner';

type JsonObject = Readonly<Record<string, unknown>>;

/** How a stub begins; no string of a line that isn't odd has a NUL. */
const STUB_START = '\u0000';

/**
 * An output line whose key, status and response are as `JSON.parse` gives them. Long strings of its other members, above all of the
 * echoed request, are checked and left out. `undefined` where the line has to be read in full: it has no key, or isn't plain.
 */
export function skimOutputRow(scanner: Scanner, line: Buffer, keyField: string): JsonObject | undefined {
  // without a key its request is needed, and so all of it
  if (keyField === '' || line.length > SCANNER_CAPACITY || !isUtf8(line)) return undefined;
  line.copy(scanner.input);
  scanner.scanLine(0, line.length);
  if (scanner.isOdd) return undefined;
  const skeleton = parsedObject(scanner.skeleton);
  if (skeleton === undefined) return undefined;
  const { response } = skeleton;
  const row = isWhole(response) ? skeleton : { ...skeleton, response: parsedMember(line, 'response') };
  const key = row[keyField];
  const hasKey = typeof key === 'number' || (typeof key === 'string' && isWhole(key));
  return hasKey && isWhole(row['status']) ? row : undefined;
}

/** Whether nothing can have been left out of a value. */
function isWhole(value: unknown): boolean {
  return typeof value === 'string' ? !value.startsWith(STUB_START) : typeof value !== 'object' || value === null;
}

function parsedMember(line: Buffer, name: string): unknown {
  const bytes = rawMember(line, name);
  return bytes === undefined ? undefined : JSON.parse(bytes.toString('utf8'));
}

function parsedObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
