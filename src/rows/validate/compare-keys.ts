import { type ProblemSeverity, type RuleSettings, type RuleSetting, severityOf } from '../../domain/validation-rules';
import { keyFieldOf, NUMERIC_KEY, repeatRemedy, repeatSeverity } from '../compare-rows';
import { type MergedValidation, type PlacedProblem, positionOf } from '../merged-validation';
import type { KeysAtLarge } from '../staging';
import type { Comparison } from '../validation-report';
import type { CheckedRange } from './checked-range';
import { valueAt } from './column';
import { KeyTable } from './key-table';
import { lastNotAbove } from './last-not-above';
import { placeOfRow } from './row-places';

type Merged = MergedValidation<CheckedRange>;

/** Position of a row among the sound rows of its range. */
interface RowInRange {
  readonly range: number;
  readonly row: number;
}

/** Problems that are kept, at most; all are counted. */
const MOST_KEPT = 10_000;

/** What rows show by their keys when all are seen together. Keys are told apart by 64 bits of hash. */
export function compareKeys(merged: Merged, named: string | null, rules: RuleSettings): ComparedKeys {
  const keyField = keyFieldOf(merged, named);
  if (keyField === null) return { keyField, repeats: 0, keysAreSafe: false, problems: [], errors: 0, warnings: 0 };
  const severity = repeatSeverity(named !== null, rules);
  const numeric = numericProblem(merged, keyField, severityOf('key-numeric', rules));
  const problems = numeric === undefined ? [] : [numeric];
  let repeats = 0;
  for (const repeat of repeatsOf(merged, keyField)) {
    repeats += 1;
    if (severity !== 'off' && problems.length < MOST_KEPT)
      problems.push(repeatProblem(merged, keyField, repeat, severity));
  }
  const counted = (wanted: RuleSetting) => (severity === wanted ? repeats : 0) + (numeric?.severity === wanted ? 1 : 0);
  const keysAreSafe = merged.records.every(({ keys }) => keys.numeric[keyField] === undefined);
  return { keyField, repeats, keysAreSafe, problems, errors: counted('error'), warnings: counted('warning') };
}

type ComparedKeys = Comparison & Omit<KeysAtLarge, 'jobs'>;

interface Repeat {
  readonly at: RowInRange;
  readonly earlier: RowInRange;
}

function* repeatsOf({ records, soundRows }: Merged, keyField: string): Generator<Repeat, void, undefined> {
  const firstRows = startsOf(records);
  const hashes = records.map(({ keys }) => keys.hashes[keyField] ?? []);
  const table = new KeyTable(soundRows, (held, first, second) => {
    const { range, row } = rowInRange(firstRows, held);
    const words = hashes[range]!;
    return valueAt(words, row * 2) === first && valueAt(words, row * 2 + 1) === second;
  });
  for (const [range, { soundRows: rows }] of records.entries()) {
    const words = hashes[range]!;
    for (let row = 0; row < rows; row += 1) {
      const earlier = table.add(valueAt(words, row * 2), valueAt(words, row * 2 + 1));
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
  const range = lastNotAbove(starts.length, (position) => starts[position]!, row);
  return { range, row: row - (starts[range] ?? 0) };
}

function repeatProblem(
  merged: Merged,
  path: string,
  { at, earlier }: Repeat,
  severity: ProblemSeverity,
): PlacedProblem {
  const { uri, line, byte } = placeOf(merged, earlier);
  const message = `the row has the ${path} of ${uri}:${line}; ${repeatRemedy(severity)}`;
  return { severity, rule: 'key-repeated', path, message, other: { uri, line, byte, path }, ...placeOf(merged, at) };
}

function numericProblem(merged: Merged, path: string, severity: RuleSetting): PlacedProblem | undefined {
  const range = merged.records.findIndex(({ keys }) => keys.numeric[path] !== undefined);
  const row = merged.records[range]?.keys.numeric[path];
  if (severity === 'off' || row === undefined) return undefined;
  return { severity, rule: 'key-numeric', path, message: NUMERIC_KEY, ...placeOf(merged, { range, row }) };
}

function placeOf(merged: Merged, { range, row }: RowInRange) {
  const { piece, number, byte } = placeOfRow(merged.records[range]!.keys.places, row);
  return { ...positionOf(merged, range, piece, number), byte };
}
