import type { RowProblem } from '../domain/validation-problem';
import type { RuleSettings } from '../domain/validation-rules';
import { checkInputRow } from '../schemas/input-row';
import { jsonLine } from './input-pieces';
import { acceptKeyField, acceptRules } from './accept-options';

export interface RowOptions {
  /** Top-level field that must identify the row. @default none */
  readonly keyField?: string;
  /** Rules that shall be more or less severe. @default the rules' own severities */
  readonly rules?: RuleSettings;
}

/**
 * What is wrong with one row by itself, for tests of whatever makes rows: an object such as
 * `{key, request: {contents: […]}}`, or a line of JSON. Empty when nothing is. What rows break together, such as
 * repeated keys, only `validateInput` sees.
 */
export function problemsOfRow(row: object | string, { keyField, rules = {} }: RowOptions = {}): readonly RowProblem[] {
  const line = Buffer.from(jsonLine(row));
  return checkInputRow(line, { keyField: acceptKeyField(keyField), rules: acceptRules(rules), repair: [] }).problems;
}
