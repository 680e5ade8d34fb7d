import { DEFAULT_KEY_FIELDS } from '../domain/validation-keys';
import type { JobLimits } from '../domain/validation-limits';
import { type ProblemSeverity, type RuleSetting, type RuleSettings, severityOf } from '../domain/validation-rules';
import type { ObjectStore } from '../gateways/object-store';
import {
  type MergedValidation,
  type PlacedProblem,
  type PlacedRow,
  type RangeSums,
  readPlacedRows,
} from './merged-validation';
import { PartsWriter, type WrittenPart } from './parts-writer';
import { repeatsAcrossParts, type RowPosition } from './repeats-across-parts';
import type { Comparison } from './validation-report';

const KEPT_PROBLEMS = 1000;

/** What only shows when all rows are seen together, and the parts written on the way. */
export interface ComparedRows extends Comparison {
  readonly parts: readonly WrittenPart[];
  /** Field that identifies the rows; null when not every row has one. */
  readonly keyField: string | null;
  /** Whether all keys are strings that the service's import leaves alone. */
  readonly keysAreSafe: boolean;
  /** Rows whose key an earlier row has. */
  readonly repeats: number;
}

/** The field that the caller named, or the first of the default ones that every row has; null where nothing can be made of a file. */
export function keyFieldOf(merged: MergedValidation<RangeSums>, named: string | null): string | null {
  if (merged.unreadable.size > 0) return null;
  if (named !== null) return named;
  const everyRowHas = (field: string) =>
    merged.records.reduce((sum, { keyed }) => sum + (keyed[field] ?? 0), 0) === merged.soundRows;
  return DEFAULT_KEY_FIELDS.find(everyRowHas) ?? null;
}

export interface CompareOptions {
  /** Where the indexes of the parts are written. */
  readonly directory: string;
  /** Where a part ends; null for one part. */
  readonly limits: JobLimits | null;
  /** The field that the request names. */
  readonly keyField: string | null;
  readonly rules: RuleSettings;
  readonly signal: AbortSignal;
  readonly onProgress: () => void;
}

/** Reads all noted rows once and writes the parts. A repeated key is an error in a field that the caller named, else a warning. */
export async function compareRows(
  store: ObjectStore,
  merged: MergedValidation,
  { directory, limits, keyField: named, rules, signal, onProgress }: CompareOptions,
): Promise<ComparedRows> {
  const keyField = keyFieldOf(merged, named);
  const rows = { sound: merged.soundRows, bad: merged.badRows };
  const writer = new PartsWriter(store, { directory, keyField, limits, rows }, { signal });
  try {
    const { numeric, ...within } = await readRows(store, merged, { writer, keyField, signal, onProgress });
    const parts = await writer.close();
    const { repeats, first } =
      parts.length === 1 || keyField === null
        ? within
        : await repeatsAcrossParts(
            store,
            parts.map(({ index }) => index),
            { most: KEPT_PROBLEMS, signal, onProgress },
          );
    const problems = problemsOf(merged, keyField ?? '', { first, numeric }, { isNamed: named !== null, rules });
    const counted = (wanted: ProblemSeverity) =>
      (repeatSeverity(named !== null, rules) === wanted ? repeats : 0) +
      problems.filter(({ rule, severity }) => rule === 'key-numeric' && severity === wanted).length;
    const counts = { errors: counted('error'), warnings: counted('warning') };
    return { parts, keyField, keysAreSafe: writer.keysAreSafe, repeats, problems, ...counts };
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

interface Reading {
  readonly writer: PartsWriter;
  readonly keyField: string | null;
  readonly signal: AbortSignal;
  readonly onProgress: () => void;
}

/** Hands all rows to the writer; tells of the repeats that are seen within a part, and of the first numeric key. */
async function readRows(
  store: ObjectStore,
  merged: MergedValidation,
  { writer, keyField, signal, onProgress }: Reading,
) {
  const first: Repeat[] = [];
  let numeric: PlacedRow | undefined;
  let repeats = 0;
  let read = 0;
  for await (const row of readPlacedRows(store, merged, { signal })) {
    const wereSafe = writer.keysAreSafe;
    const earlier = await writer.add(row);
    if (wereSafe && !writer.keysAreSafe && keyField !== null) numeric = row;
    if (earlier !== undefined) {
      repeats += 1;
      if (first.length < KEPT_PROBLEMS) first.push({ at: row, earlier, key: row.others[keyField ?? ''] });
    }
    if (read++ % 1000 === 0) {
      signal.throwIfAborted();
      onProgress();
    }
  }
  const expected = merged.soundRows + merged.badRows;
  if (read !== expected) throw new Error(`${read} rows came of ${expected}`);
  return { repeats, first, numeric };
}

interface Repeat {
  readonly at: RowPosition;
  readonly earlier: RowPosition;
  /** Where it is known. */
  readonly key?: unknown;
}

function problemsOf(
  merged: MergedValidation,
  keyField: string,
  { first, numeric }: { readonly first: readonly Repeat[]; readonly numeric: PlacedRow | undefined },
  { isNamed, rules }: { readonly isNamed: boolean; readonly rules: RuleSettings },
): PlacedProblem[] {
  const severity = repeatSeverity(isNamed, rules);
  const numericSeverity = severityOf('key-numeric', rules);
  return [
    ...(severity === 'off' ? [] : first.map((repeat) => repeatedKey(repeat, keyField, merged, severity))),
    ...(numeric === undefined || numericSeverity === 'off' ? [] : [numericKey(numeric, keyField, numericSeverity)]),
  ];
}

/** Where the caller named no field, answers can be joined by line instead. */
export function repeatSeverity(isNamed: boolean, rules: RuleSettings): RuleSetting {
  const severity = severityOf('key-repeated', rules);
  return severity === 'error' && !isNamed ? 'warning' : severity;
}

/** Said of the first such key of an input. */
export const NUMERIC_KEY =
  'the key looks like a number, and the service may change it on its way; the run sends a copy with keys of its own, and gives you yours back. A letter before it spares the copy';

function numericKey({ file, uri, line, byte }: PlacedRow, path: string, severity: ProblemSeverity): PlacedProblem {
  return { severity, rule: 'key-numeric', path, message: NUMERIC_KEY, file, uri, line, byte };
}

function repeatedKey(
  { at, earlier, key }: Repeat,
  keyField: string,
  { sources }: MergedValidation,
  severity: ProblemSeverity,
): PlacedProblem {
  const uriOf = ({ file }: RowPosition) => sources.files[file]?.uri ?? '';
  const other = { uri: uriOf(earlier), line: earlier.line, byte: earlier.byte, path: keyField };
  const what =
    key === undefined
      ? `the row has the ${keyField} of ${other.uri}:${other.line}`
      : `${keyField} ${JSON.stringify(key)} stands at ${other.uri}:${other.line} already`;
  const { file, line, byte } = at;
  const message = `${what}; ${repeatRemedy(severity)}`;
  return { severity, rule: 'key-repeated', path: keyField, message, file, uri: uriOf(at), line, byte, other };
}

/** What to do about a repeated key. */
export function repeatRemedy(severity: ProblemSeverity): string {
  return severity === 'error'
    ? 'the keyField of a request must be unique'
    : 'answers are joined by line instead; name a keyField that is unique to be rid of this warning';
}
