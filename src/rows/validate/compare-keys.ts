import { type RuleSettings, type RuleSetting, severityOf } from '../../domain/validation-rules';
import { keyFieldOf, NUMERIC_KEY, repeatSeverity } from '../compare-rows';
import { type MergedValidation, type PlacedProblem, positionOf } from '../merged-validation';
import type { Comparison } from '../validation-report';
import type { CheckedRange } from './checked-range';
import { KeyTable } from './key-table';

type Merged = MergedValidation<CheckedRange>;

/** Position of a row among the sound rows of its range. */
interface RowInRange {
  readonly range: number;
  readonly row: number;
}

/** Problems that are kept, at most; all are counted. */
const MOST_KEPT = 10_000;

/** What rows show by their keys when all are seen together. Keys are told apart by 64 bits of hash. */
export function compareKeys(merged: Merged, named: string | null, rules: RuleSettings): Comparison {
  const problems: PlacedProblem[] = [];
  const counts = { error: 0, warning: 0 };
  const keyField = keyFieldOf(merged, named);
  for (const problem of keyField === null ? [] : problemsOf(merged, keyField, named, rules)) {
    counts[problem.severity] += 1;
    if (problems.length < MOST_KEPT) problems.push(problem);
  }
  return { problems, errors: counts.error, warnings: counts.warning };
}

function* problemsOf(merged: Merged, keyField: string, named: string | null, rules: RuleSettings) {
  yield* numericProblems(merged, keyField, severityOf('key-numeric', rules));
  yield* repeatProblems(merged, keyField, repeatSeverity(named !== null, rules));
}

function* repeatsOf({ records, soundRows }: Merged, keyField: string) {
  const table = new KeyTable(soundRows);
  const firstRows = startsOf(records);
  for (const [range, { keys, soundRows: rows }] of records.entries()) {
    const hashes = keys.hashes[keyField];
    for (let row = 0; hashes !== undefined && row < rows; row += 1) {
      const earlier = table.add(hashes[row * 2]!, hashes[row * 2 + 1]!);
      if (earlier !== undefined) yield { at: { range, row }, earlier: rowInRange(firstRows, earlier) };
    }
  }
}

/** For each range, the sound rows before it. */
function startsOf(records: readonly CheckedRange[]): number[] {
  let rows = 0;
  return records.map(({ soundRows }) => {
    const start = rows;
    rows += soundRows;
    return start;
  });
}

function rowInRange(starts: readonly number[], row: number): RowInRange {
  const range = starts.findLastIndex((start) => start <= row);
  return { range, row: row - (starts[range] ?? 0) };
}

function* repeatProblems(
  merged: Merged,
  keyField: string,
  severity: RuleSetting,
): Generator<PlacedProblem, void, undefined> {
  if (severity === 'off') return;
  for (const { at, earlier } of repeatsOf(merged, keyField)) {
    const { uri, line, byte } = placeOf(merged, earlier);
    const message = `the row has the ${keyField} of ${uri}:${line}; ${remedyOf(severity)}`;
    const other = { uri, line, byte, path: keyField };
    yield { severity, rule: 'key-repeated', path: keyField, message, other, ...placeOf(merged, at) };
  }
}

function remedyOf(severity: 'error' | 'warning'): string {
  return severity === 'error'
    ? 'the keyField of a request must be unique'
    : 'answers are joined by line instead; name a keyField that is unique to be rid of this warning';
}

function* numericProblems(
  merged: Merged,
  keyField: string,
  severity: RuleSetting,
): Generator<PlacedProblem, void, undefined> {
  if (severity === 'off') return;
  for (const [range, { keys }] of merged.records.entries()) {
    const row = keys.numeric[keyField];
    if (row === undefined) continue;
    yield { severity, rule: 'key-numeric', path: keyField, message: NUMERIC_KEY, ...placeOf(merged, { range, row }) };
    return;
  }
}

function placeOf(merged: Merged, { range, row }: RowInRange) {
  const keys = merged.records[range]?.keys;
  const position = positionOf(merged, range, keys?.piece[row] ?? -1, keys?.number[row] ?? -1);
  return { ...position, byte: keys?.byte[row] ?? 0 };
}
