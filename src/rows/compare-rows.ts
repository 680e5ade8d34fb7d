import { DEFAULT_KEY_FIELDS, positionKey, rowKeyOf } from '../domain/validation-keys';
import { type ProblemSeverity, type RuleSetting, type RuleSettings, severityOf } from '../domain/validation-rules';
import type { ObjectStore } from '../gateways/object-store';
import {
  type MergedValidation,
  type PlacedProblem,
  type PlacedRow,
  type RangeSums,
  readPlacedRows,
} from './merged-validation';
import { PartIndexBuilder } from './part-index-builder';
import type { QuarantineWriter } from './quarantine';
import type { Comparison } from './validation-report';

const KEPT_PROBLEMS = 1000;

/** What only shows when all rows are seen together, and the index made on the way. */
export interface ComparedRows extends Comparison {
  readonly builder: PartIndexBuilder;
  /** Field that identifies the rows; null when not every row has one. */
  readonly keyField: string | null;
  /** Rows whose key an earlier row has. */
  readonly repeats: number;
  /** Bytes of all sound rows, line ends among them. */
  readonly soundBytes: number;
}

/** The field that the caller named, or the first of the default ones that every row has. */
export function keyFieldOf(merged: MergedValidation<RangeSums>, named: string | null): string | null {
  if (named !== null) return named;
  // how far a file was read of which nothing can be made, depends on how it was cut
  if (merged.unreadable.size > 0) return null;
  const everyRowHas = (field: string) =>
    merged.records.reduce((sum, { keyed }) => sum + (keyed[field] ?? 0), 0) === merged.soundRows;
  return DEFAULT_KEY_FIELDS.find(everyRowHas) ?? null;
}

export interface CompareOptions {
  /** The field that the request names. */
  readonly keyField: string | null;
  readonly rules: RuleSettings;
  /** Notes the bad rows where they are taken out. */
  readonly quarantine: QuarantineWriter | null;
  readonly signal: AbortSignal;
  readonly onProgress: () => void;
}

/** Reads all noted rows once. A repeated key is an error in a field that the caller named, else a warning. */
export async function compareRows(
  store: ObjectStore,
  merged: MergedValidation,
  { keyField: named, rules, quarantine, signal, onProgress }: CompareOptions,
): Promise<ComparedRows> {
  const keyField = keyFieldOf(merged, named);
  const builder = new PartIndexBuilder(merged.soundRows + merged.badRows, keyField);
  const severity = repeatSeverity(named !== null, rules);
  const problems: PlacedProblem[] = [];
  const numericSeverity = keyField === null ? 'off' : severityOf('key-numeric', rules);
  let numeric: PlacedProblem | undefined;
  let repeats = 0;
  let soundBytes = 0;
  for await (const row of readPlacedRows(store, merged, { signal })) {
    const wereSafe = builder.keysAreSafe;
    const { number, earlier } = builder.add(row);
    if (wereSafe && !builder.keysAreSafe && numericSeverity !== 'off')
      numeric = numericKey(row, keyField ?? '', numericSeverity);
    if (row.problem === null) soundBytes += row.length + 1;
    else await quarantine?.add(number, keyOf(row, keyField), row, `${row.problem.message} (rule ${row.problem.rule})`);
    if (earlier !== undefined) {
      repeats += 1;
      if (severity !== 'off' && problems.length < KEPT_PROBLEMS)
        problems.push(repeatedKey(row, builder.positionOf(earlier), keyField ?? '', merged, severity));
    }
    if (number % 1000 === 0) {
      signal.throwIfAborted();
      onProgress();
    }
  }
  if (numeric !== undefined) problems.push(numeric);
  const counted = (wanted: RuleSetting) => (severity === wanted ? repeats : 0) + (numeric?.severity === wanted ? 1 : 0);
  const counts = { errors: counted('error'), warnings: counted('warning') };
  return { builder, keyField, repeats, soundBytes, problems, ...counts };
}

/** Where the caller named no field, answers can be joined by line instead. */
export function repeatSeverity(isNamed: boolean, rules: RuleSettings): RuleSetting {
  const severity = severityOf('key-repeated', rules);
  return severity === 'error' && !isNamed ? 'warning' : severity;
}

function keyOf({ file, line, others }: PlacedRow, keyField: string | null): string {
  return (keyField === null ? undefined : rowKeyOf(others[keyField])?.text) ?? positionKey(file, line);
}

/** Said of the first such key of an input. */
export const NUMERIC_KEY =
  'the key looks like a number, and the service may change it on its way; the run sends a copy with keys of its own, and gives you yours back. A letter before it spares the copy';

function numericKey({ file, uri, line, byte }: PlacedRow, path: string, severity: ProblemSeverity): PlacedProblem {
  return { severity, rule: 'key-numeric', path, message: NUMERIC_KEY, file, uri, line, byte };
}

function repeatedKey(
  { file, uri, line, byte, others }: PlacedRow,
  earlier: { readonly file: number; readonly line: number; readonly byte: number },
  keyField: string,
  { sources }: MergedValidation,
  severity: ProblemSeverity,
): PlacedProblem {
  const other = { uri: sources.files[earlier.file]?.uri ?? '', line: earlier.line, byte: earlier.byte, path: keyField };
  const remedy =
    severity === 'error'
      ? 'the keyField of a request must be unique'
      : 'answers are joined by line instead; name a keyField that is unique to be rid of this warning';
  return {
    severity,
    rule: 'key-repeated',
    path: keyField,
    message: `${keyField} ${JSON.stringify(others[keyField])} stands at ${other.uri}:${other.line} already; ${remedy}`,
    file,
    uri,
    line,
    byte,
    other,
  };
}
