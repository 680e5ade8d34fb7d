import { MAX_KEY_LENGTH, rowKeyOf } from '../domain/validation-keys';
import type { RowProblem } from '../domain/validation-problem';
import type { RuleSettings } from '../domain/validation-rules';
import { checkImport } from './check-import';
import { checkMessage } from './check-message';
import { GENERATE_CONTENT_REQUEST } from './generate-content-request';
import { isObject, RowProblems, shown } from './row-problems';

/** A line of the input, read as one request. */
export interface InputRow {
  readonly request: Readonly<Record<string, unknown>>;
  /** The caller's other top-level fields, his key among them. */
  readonly others: Readonly<Record<string, unknown>>;
}

export interface RowRules {
  /** The field that must identify the row; null when the caller named none. */
  readonly keyField: string | null;
  readonly rules: RuleSettings;
}

/** The service writes these beside the request, and its columns know no case. */
const RESERVED_FIELDS: ReadonlySet<string> = new Set(['response', 'status', 'processed_time']);
/** Far beyond the 15 levels that the service imports; keeps recursion here within bounds. */
const MAX_LEVELS = 64;

/** What is wrong with a line that is already parsed; only its text shows names that stand twice. */
export function problemsOfValue(value: unknown, { keyField, rules }: RowRules): readonly RowProblem[] {
  const problems = new RowProblems(rules);
  checkRowValue(value, keyField, problems);
  return problems.kept;
}

/** The row, or `undefined` when the value isn't of the shape of one. */
export function checkRowValue(value: unknown, keyField: string | null, problems: RowProblems): InputRow | undefined {
  if (!isObject(value)) {
    problems.report('object', '', () => `the line must be a JSON object with a request, got ${shown(value)}`);
    return undefined;
  }
  if (isDeeperThan(value, MAX_LEVELS)) {
    problems.report('nesting', '', () => `the line is nested deeper than ${MAX_LEVELS} levels`);
    return undefined;
  }
  checkReserved(value, problems);
  if (keyField !== null) checkKey(value, keyField, problems);
  const { request, ...others } = value;
  if (isObject(request)) checkMessage(request, GENERATE_CONTENT_REQUEST, 'request', problems);
  else problems.report('request', 'request', () => requestMessage(value));
  checkImport(value, problems);
  return isObject(request) ? { request, others } : undefined;
}

/** Whether a field beside the request can't be the caller's. */
export function isReservedField(name: string): boolean {
  return name.length <= 20 && RESERVED_FIELDS.has(name.toLowerCase());
}

function checkReserved(line: Readonly<Record<string, unknown>>, problems: RowProblems): void {
  for (const name of Object.keys(line)) {
    if (!isReservedField(name)) continue;
    const reserved = name.toLowerCase();
    const sameColumn = name === reserved ? '' : `the same column as ${reserved}, `;
    const message = `${name} is ${sameColumn}a field that the service writes; rename it`;
    problems.report('reserved-field', name, () => message);
  }
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
  problems.report('key', keyField, () => `${keyField} must be ${wanted} in every row, got ${shown(value)}`);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((element) => isDeeperThan(element, levels - 1));
  return Object.keys(value).some((name) => isDeeperThan((value as Record<string, unknown>)[name], levels - 1));
}
