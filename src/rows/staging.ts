import { count } from '../domain/count-text';
import { MAX_INPUT_URIS } from '../domain/validation-limits';
import type { MergedValidation, RangeSums } from './merged-validation';

/** What the keys of all rows are like. */
export interface KeysAtLarge {
  /** null when not every row has one. */
  readonly keyField: string | null;
  /** Rows whose key an earlier row has. */
  readonly repeats: number;
  /** Whether the service's import leaves all of them as they are. */
  readonly keysAreSafe: boolean;
  /** Jobs that share the rows; each reads a copy of its own. */
  readonly jobs: number;
}

/**
 * Why a run sends a copy of the input, with keys of its own and the requests alone; null when jobs read the input as it lies, and
 * the service imports the caller's other fields as well.
 */
export function stagingReason(
  { sources, badRows, repaired }: MergedValidation<RangeSums>,
  { keyField, repeats, keysAreSafe, jobs }: KeysAtLarge,
): string | null {
  const files = sources.files.length;
  const repairs = Object.keys(repaired);
  if (jobs > 1) return `${count(jobs)} jobs share it`;
  if (badRows > 0) return `${count(badRows)} rows can't be sent`;
  if (repairs.length > 0) return `it is mended: ${repairs.join(', ')}`;
  if (keyField === null) return 'not every row has a key';
  if (repeats > 0) return `${keyField} isn't unique`;
  if (!keysAreSafe || !isColumnName(keyField)) return `the service's import may change ${keyField}`;
  return files > MAX_INPUT_URIS ? `there are ${files} files` : null;
}

/** The import makes columns of top-level fields. */
export function isColumnName(field: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(field);
}
