import { type ProblemSeverity, type RuleSettings, type RuleSetting, severityOf } from '../../domain/validation-rules';
import { keyFieldOf, NUMERIC_KEY, repeatRemedy, repeatSeverity } from '../compare-rows';
import { FirstRepeats, type Repeat } from '../first-repeats';
import { FirstRowsByHash } from '../first-rows-by-hash';
import { type MergedValidation, type PlacedProblem, positionOf } from '../merged-validation';
import type { KeysAtLarge } from '../staging';
import type { Comparison } from '../validation-report';
import type { KeptRange } from './checked-range';
import { ColumnReader } from './column';
import { RowPlacesReader } from './row-places';

type Merged = MergedValidation<KeptRange>;

/** Problems that are kept, at most; all are counted. */
const MOST_KEPT = 10_000;
/** Rows whose hashes are compared at a time, about; 24 bytes each. */
const ROWS_AT_A_TIME = 131_072;

/**
 * What rows show by their keys when all are seen together. Keys are told apart by 64 bits of hash.
 * @param rowsAtATime the fewer, the more often all hashes are looked through
 */
export function compareKeys(
  merged: Merged,
  named: string | null,
  rules: RuleSettings,
  rowsAtATime = ROWS_AT_A_TIME,
): ComparedKeys {
  const keyField = keyFieldOf(merged, named);
  if (keyField === null) return { keyField, repeats: 0, keysAreSafe: false, problems: [], errors: 0, warnings: 0 };
  const severity = repeatSeverity(named !== null, rules);
  const numeric = numericProblem(merged, keyField, severityOf('key-numeric', rules));
  const found = repeatsOf(merged, keyField, rowsAtATime);
  const repeats = found.count;
  const problems = [
    ...(numeric === undefined ? [] : [numeric]),
    ...(severity === 'off' ? [] : repeatProblems(merged, keyField, found.first(), severity)),
  ];
  const counted = (wanted: RuleSetting) => (severity === wanted ? repeats : 0) + (numeric?.severity === wanted ? 1 : 0);
  const keysAreSafe = merged.records.every(({ keys }) => keys.numeric[keyField] === undefined);
  return { keyField, repeats, keysAreSafe, problems, errors: counted('error'), warnings: counted('warning') };
}

type ComparedKeys = Comparison & Omit<KeysAtLarge, 'jobs'>;

/** Looks through all hashes once for each share of them. */
function repeatsOf(merged: Merged, keyField: string, rowsAtATime: number): FirstRepeats {
  const found = new FirstRepeats(MOST_KEPT);
  const hashes = hashesOf(merged, keyField);
  const shares = Math.max(1, Math.ceil(merged.soundRows / rowsAtATime));
  const seen = new FirstRowsByHash(merged.soundRows / shares);
  for (let share = 0; share < shares; share += 1) {
    seen.clear();
    for (const { start, rows, words } of hashes) {
      for (let row = 0; row < rows; row += 1) {
        const first = words.at(row * 2);
        if (first % shares !== share) continue;
        const at = start + row;
        const earlier = seen.add(first, words.at(row * 2 + 1), at);
        if (earlier !== undefined) found.add({ at, earlier });
      }
    }
  }
  return found;
}

function hashesOf({ records }: Merged, keyField: string) {
  const starts = startsOf(records);
  return records.flatMap(({ soundRows: rows, keys }, range) => {
    const column = keys.hashes[keyField];
    return column === undefined ? [] : [{ start: starts[range]!, rows, words: new ColumnReader(column, Uint32Array) }];
  });
}

/** For each range, the sound rows before it. */
function startsOf(records: readonly KeptRange[]): number[] {
  let rows = 0;
  return records.map(({ soundRows }) => {
    const start = rows;
    rows += soundRows;
    return start;
  });
}

function repeatProblems(
  merged: Merged,
  path: string,
  repeats: readonly Repeat[],
  severity: ProblemSeverity,
): PlacedProblem[] {
  const places = placesOf(
    merged,
    repeats.flatMap(({ at, earlier }) => [at, earlier]),
  );
  return repeats.map(({ at, earlier }) => {
    const { uri, line, byte } = places.get(earlier)!;
    const message = `the row has the ${path} of ${uri}:${line}; ${repeatRemedy(severity)}`;
    return { severity, rule: 'key-repeated', path, message, other: { uri, line, byte, path }, ...places.get(at)! };
  });
}

/** Where sound rows stand, by their numbers in the whole input: each range is looked through once. */
function placesOf(merged: Merged, rows: readonly number[]) {
  const starts = startsOf(merged.records);
  const wanted = [...new Set(rows)].sort((one, other) => one - other);
  const places = new Map<number, ReturnType<typeof placeIn>>();
  let next = 0;
  for (const [range, { soundRows, keys }] of merged.records.entries()) {
    const reader = new RowPlacesReader(keys.places);
    for (; next < wanted.length && wanted[next]! < starts[range]! + soundRows; next += 1) {
      places.set(wanted[next]!, placeIn(merged, range, reader, wanted[next]! - starts[range]!));
    }
  }
  return places;
}

function placeIn(merged: Merged, range: number, reader: RowPlacesReader, row: number) {
  const { piece, number, byte } = reader.placeOf(row);
  return { ...positionOf(merged, range, piece, number), byte };
}

function numericProblem(merged: Merged, path: string, severity: RuleSetting): PlacedProblem | undefined {
  const range = merged.records.findIndex(({ keys }) => keys.numeric[path] !== undefined);
  const keys = merged.records[range]?.keys;
  const row = keys?.numeric[path];
  if (severity === 'off' || keys === undefined || row === undefined) return undefined;
  const place = placeIn(merged, range, new RowPlacesReader(keys.places), row);
  return { severity, rule: 'key-numeric', path, message: NUMERIC_KEY, ...place };
}
