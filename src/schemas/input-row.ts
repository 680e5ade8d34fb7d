import type { RowProblem } from '../domain/validation-problem';
import type { Repair } from '../domain/validation-rules';
import { parseLine } from './parse-line';
import { repairLine } from './repair-line';
import { checkRepeatedNames } from './repeated-names';
import { RowProblems } from './row-problems';
import { tooManyNames } from './row-names';
import { checkRowValue, type InputRow, type RowRules } from './row-value';

export interface CheckedRow {
  /** `undefined` when the row has errors. */
  readonly row: InputRow | undefined;
  /** The line as it parses, after the repair; `undefined` when the row has errors. */
  readonly value: Readonly<Record<string, unknown>> | undefined;
  /** The first of them. */
  readonly problems: readonly RowProblem[];
  readonly errors: number;
  readonly warnings: number;
  /** What of the repairs that were asked for the line needed. */
  readonly repaired: readonly Repair[];
}

interface LineOptions {
  readonly repair: readonly Repair[];
  /** The line has no end but that of its file. @default false */
  readonly isLast?: boolean;
}

/**
 * Whether a line is a request that a batch job can run: valid JSON of the right shape, in either spelling of the API's
 * names, and a row that the service can import. It is checked as it stands after the repairs that are asked for.
 */
export function checkInputRow(line: Buffer, options: RowRules & LineOptions): CheckedRow {
  const { keyField, rules, repair, isLast = false } = options;
  const problems = new RowProblems(rules);
  const unread = tooManyNames(line);
  if (unread !== undefined) {
    problems.report('too-many-names', '', () => unread);
    return checkedRow(problems, undefined, []);
  }
  const { line: mended, repaired } = repairLine(line, repair);
  const parsed = parseLine(mended, isLast, problems);
  const row = parsed === undefined ? undefined : checkRowValue(parsed.value, keyField, problems);
  if (parsed !== undefined && row !== undefined) checkRepeatedNames(parsed.text, problems);
  return checkedRow(problems, row && { row, value: parsed?.value as Record<string, unknown> }, repaired);
}

function checkedRow(
  { kept, errors, warnings }: RowProblems,
  read: { readonly row: InputRow; readonly value: Readonly<Record<string, unknown>> } | undefined,
  repaired: readonly Repair[],
): CheckedRow {
  const { row, value } = errors === 0 && read !== undefined ? read : { row: undefined, value: undefined };
  return { row, value, problems: kept, errors, warnings, repaired };
}
