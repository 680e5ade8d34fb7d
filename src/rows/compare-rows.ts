import { DEFAULT_KEY_FIELDS } from '../domain/validation-keys';
import type { ObjectStore } from '../gateways/object-store';
import { type MergedValidation, type PlacedProblem, type RangeSums, type PlacedRow, readSoundRows } from './merged-validation';
import { PartIndexBuilder } from './part-index-builder';
import type { Comparison } from './validation-report';

const KEPT_PROBLEMS = 1000;

/** What only shows when all rows are seen together, and the index made on the way. */
export interface ComparedRows extends Comparison {
  readonly builder: PartIndexBuilder;
  /** Field that identifies the rows; null when not every row has one. */
  readonly keyField: string | null;
  /** Rows whose key an earlier row has. */
  readonly repeats: number;
}

/** The field that the caller named, or the first of the default ones that every row has. */
export function keyFieldOf(merged: MergedValidation<RangeSums>, named: string | null): string | null {
  if (named !== null) return named;
  const everyRowHas = (field: string) =>
    merged.records.reduce((sum, { keyed }) => sum + (keyed[field] ?? 0), 0) === merged.soundRows;
  return DEFAULT_KEY_FIELDS.find(everyRowHas) ?? null;
}

/** Reads all sound rows once. A repeated key is an error in a field that the caller named, else a warning. */
export async function compareRows(
  store: ObjectStore,
  merged: MergedValidation,
  namedKeyField: string | null,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: () => void },
): Promise<ComparedRows> {
  const keyField = keyFieldOf(merged, namedKeyField);
  const builder = new PartIndexBuilder(merged.soundRows, keyField);
  const problems: PlacedProblem[] = [];
  let repeats = 0;
  let rows = 0;
  for await (const row of readSoundRows(store, merged, { signal })) {
    const earlier = builder.add(row);
    if (earlier !== undefined) {
      repeats += 1;
      if (problems.length < KEPT_PROBLEMS) {
        problems.push(repeatedKey(row, builder.positionOf(earlier), keyField ?? '', merged, namedKeyField !== null));
      }
    }
    rows += 1;
    if (rows % 1000 === 0) {
      signal.throwIfAborted();
      onProgress();
    }
  }
  const isNamed = namedKeyField !== null;
  return { builder, keyField, repeats, problems, errors: isNamed ? repeats : 0, warnings: isNamed ? 0 : repeats };
}

function repeatedKey(
  { file, uri, line, byte, others }: PlacedRow,
  earlier: { readonly file: number; readonly line: number; readonly byte: number },
  keyField: string,
  { sources }: MergedValidation,
  isNamed: boolean,
): PlacedProblem {
  const other = { uri: sources.files[earlier.file]?.uri ?? '', line: earlier.line, byte: earlier.byte, path: keyField };
  const remedy = isNamed
    ? 'the keyField of a request must be unique'
    : 'answers are joined by line instead; name a keyField that is unique to be rid of this warning';
  return {
    severity: isNamed ? 'error' : 'warning',
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
