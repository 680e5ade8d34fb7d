import { isAscii, isUtf8 } from 'node:buffer';
import { MAX_KEY_LENGTH, rowKeyOf } from '../domain/validation-keys';
import type { RowProblem } from '../domain/validation-problem';
import { checkRequest } from './input-request';
import { isObject, RowProblems, shown } from './row-problems';

/** A line of the input, read as one request. */
export interface InputRow {
  readonly request: Readonly<Record<string, unknown>>;
  /** The caller's other top-level fields, his key among them. */
  readonly others: Readonly<Record<string, unknown>>;
}

export interface CheckedRow {
  /** `undefined` when the row has errors. */
  readonly row: InputRow | undefined;
  /** The first of them. */
  readonly problems: readonly RowProblem[];
  readonly errors: number;
  readonly warnings: number;
}

/** The service writes these beside the request. */
const RESERVED_FIELDS = ['response', 'status', 'processed_time'];
/** Far beyond the 15 levels that the service imports; keeps recursion here within bounds. */
const MAX_LEVELS = 64;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Whether a line is a request that a batch job can run: valid JSON of the right shape, in either spelling of the API's
 * names. `keyField` is the field that must identify it, null when the caller named none.
 */
export function checkInputRow(line: Buffer, keyField: string | null): CheckedRow {
  const problems = new RowProblems();
  const value = parseLine(line, problems);
  const row = problems.errors === 0 ? checkFields(value, keyField, problems) : undefined;
  return {
    row: problems.errors === 0 ? row : undefined,
    problems: problems.kept,
    errors: problems.errors,
    warnings: problems.warnings,
  };
}

function parseLine(line: Buffer, problems: RowProblems): unknown {
  if (line.subarray(0, 3).equals(BYTE_ORDER_MARK)) {
    problems.error('byte-order-mark', '', 'the line begins with a byte order mark; save the file as UTF-8 without one');
    return undefined;
  }
  const ascii = isAscii(line);
  if (!ascii && !isUtf8(line)) {
    problems.error('utf8', '', 'the line is not valid UTF-8; save the file as UTF-8');
    return undefined;
  }
  const text = line.toString(ascii ? 'latin1' : 'utf8');
  if (text.trim() === '') {
    problems.error('blank-line', '', 'the line is blank; every line must hold one request');
    return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    problems.error('json', '', `the line is not one whole JSON object: ${(error as Error).message}`);
    return undefined;
  }
}

function checkFields(value: unknown, keyField: string | null, problems: RowProblems): InputRow | undefined {
  if (!isObject(value)) {
    problems.error('object', '', `the line must be a JSON object with a request, got ${shown(value)}`);
    return undefined;
  }
  if (isDeeperThan(value, MAX_LEVELS)) {
    problems.error('nesting', '', `the line is nested deeper than ${MAX_LEVELS} levels`);
    return undefined;
  }
  for (const name of RESERVED_FIELDS) {
    if (Object.hasOwn(value, name)) {
      problems.error('reserved-field', name, `${name} is a field that the service writes; rename it`);
    }
  }
  if (keyField !== null) checkKey(value, keyField, problems);
  const { request, ...others } = value;
  if (isObject(request)) {
    checkRequest(request, problems);
    return { request, others };
  }
  problems.error('request', 'request', requestMessage(value));
  return undefined;
}

function requestMessage(line: Readonly<Record<string, unknown>>): string {
  if (Object.hasOwn(line, 'request')) return `request must be an object, got ${shown(line['request'])}`;
  const remedy = Object.hasOwn(line, 'contents') ? '; wrap the line: {"request": …}' : '';
  return `request is missing, the line is ${shown(line)}${remedy}`;
}

function checkKey(line: Readonly<Record<string, unknown>>, keyField: string, problems: RowProblems): void {
  const value = Object.hasOwn(line, keyField) ? line[keyField] : undefined;
  if (rowKeyOf(value) !== undefined) return;
  const wanted = `a string of 1 to ${MAX_KEY_LENGTH} characters or a number`;
  problems.error('key', keyField, `${keyField} must be ${wanted} in every row, got ${shown(value)}`);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((element) => isDeeperThan(element, levels - 1));
  for (const name in value) {
    if (isDeeperThan((value as Record<string, unknown>)[name], levels - 1)) return true;
  }
  return false;
}
