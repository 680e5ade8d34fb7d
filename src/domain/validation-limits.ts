import { count } from './count-text';

/** What one job takes. */
const JOB_LIMITS = { rows: 200_000, bytes: 1_000_000_000 } as const;
/** A job names its input files one by one up to here. */
export const MAX_INPUT_URIS = 100;
/** A staged row is at most this much longer than the row it stands for. */
const STAGED_ROW_OVERHEAD_BYTES = 48;
/** Rows that one run keeps account of, those that are never sent among them. */
const MAX_ACCOUNTED_ROWS = 1_000_000;

/** Why one job can't take the input, or `undefined`. `staged` counts what a copy may add. */
export function limitExceeded(input: {
  readonly rows: number;
  readonly bytes: number;
  readonly staged: boolean;
}): string | undefined {
  const { rows, bytes, staged } = input;
  if (rows > JOB_LIMITS.rows) {
    return `The input has ${count(rows)} rows and one job takes ${count(JOB_LIMITS.rows)}: split it and start a run for each piece.`;
  }
  if (bytes > JOB_LIMITS.bytes) {
    return `The input has ${count(bytes)} bytes and one job takes ${count(JOB_LIMITS.bytes)}: split it and start a run for each piece.`;
  }
  const stagedBytes = bytes + rows * STAGED_ROW_OVERHEAD_BYTES;
  if (staged && stagedBytes > JOB_LIMITS.bytes) {
    return `A copy of the input with keys may have ${count(stagedBytes)} bytes and one job takes ${count(JOB_LIMITS.bytes)}: split it, or give each row a unique key.`;
  }
  return undefined;
}

/** Why a run can't take so many bad rows out, or `undefined`. */
export function quarantineExceeded({
  rows,
  badRows,
}: {
  readonly rows: number;
  readonly badRows: number;
}): string | undefined {
  if (badRows === 0 || rows <= MAX_ACCOUNTED_ROWS) return undefined;
  return `The input has ${count(rows)} rows of which ${count(badRows)} can't be sent, and a run keeps account of ${count(MAX_ACCOUNTED_ROWS)}: mend or split it.`;
}
