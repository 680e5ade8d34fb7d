import { join } from 'node:path';
import type { FileRange, SourceFile } from '../sources';
import type { AcceptedValidation } from '../../domain/accepted-validation';
import { DEFAULT_KEY_FIELDS } from '../../domain/validation-keys';
import { checkRange, type ReadPiece } from '../check-range';
import { RangeValidator } from '../range-validator';
import { withScanner } from '../skim/scanners';
import type { RangeProblem, ValidatedRange } from '../validated-range';
import type { ColumnFile } from './column';
import { KeySink, type RangeKeys } from './key-columns';
import type { KeysOnDisk } from './keys-on-disk';

/** What is known of a range after its validation, all of it in memory. */
export interface CheckedRange extends Omit<ValidatedRange, 'facts' | 'problems'> {
  readonly problems: readonly RangeProblem[];
  readonly keys: RangeKeys;
}

/** What is kept of a range once its shapes are merged with those of others. */
export type KeptRange = Omit<CheckedRange, 'shapes'>;

export interface RangeCheck<File> {
  readonly range: FileRange;
  readonly files: readonly File[];
  readonly keyField: string | null;
  readonly validation: AcceptedValidation;
  /** null to keep all keys in memory. */
  readonly keysOnDisk: KeysOnDisk | null;
}

/** How far a range is. */
export interface RangeProgress {
  readonly bytes: number;
  readonly rows: number;
  readonly errors: number;
}

/** Validates one range. `onProgress` is told what came since it was told last. */
export async function checkRangeInMemory<File extends Pick<SourceFile, 'size'>>(
  { range, files, keyField, validation, keysOnDisk }: RangeCheck<File>,
  read: ReadPiece<File>,
  onProgress: (since: RangeProgress) => void,
): Promise<CheckedRange> {
  const keyFields = keyField === null ? DEFAULT_KEY_FIELDS : [keyField];
  const sink = new KeySink(keyFields, (column) => fileOf(column, range, keysOnDisk));
  const validator = new RangeValidator({ keyFields, keyField, validation, sink });
  let told = { rows: 0, errors: 0 };
  await withScanner(async (scanner) => {
    for await (const bytes of checkRange(range, files, read, { validator, scanner })) {
      const { rows, errors } = totalsOf(validator);
      onProgress({ bytes, rows: rows - told.rows, errors: errors - told.errors });
      told = { rows, errors };
    }
  });
  const { rows, errors } = totalsOf(validator);
  onProgress({ bytes: 0, rows: rows - told.rows, errors: errors - told.errors });
  const { pieces, soundRows, takenOut, problems, shapes, repaired, tokens } = validator;
  return {
    pieces,
    keyed: sink.keyed,
    soundRows,
    badRows: takenOut,
    problems,
    shapes: shapes.toRecords(),
    repaired,
    estimate: tokens.estimate,
    keys: sink.keys(),
  };
}

function fileOf(column: string, { file, from }: FileRange, keys: KeysOnDisk | null): ColumnFile | null {
  return keys && { path: join(keys.directory, `${file}-${from}-${column}`), valuesInMemory: keys.valuesInMemory };
}

function totalsOf({ pieces, soundRows, badRows }: RangeValidator) {
  return { rows: soundRows + badRows, errors: pieces.reduce((sum, piece) => sum + piece.errors, 0) };
}
