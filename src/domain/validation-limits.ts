import { count } from './count-text';

/** What one job takes. */
export interface JobLimits {
  readonly rows: number;
  /** Of an input that is used as it lies. */
  readonly bytes: number;
  /** Of a copy that a run makes, a little below. */
  readonly copiedBytes: number;
  /** Of the first job alone, where it goes ahead of the others. @default `rows` */
  readonly firstRows?: number;
}

/** The service's: 200,000 requests and 1 GB. */
export const JOB_LIMITS: JobLimits = { rows: 200_000, bytes: 1_000_000_000, copiedBytes: 950_000_000 };
/** A job names its input files one by one up to here. */
export const MAX_INPUT_URIS = 100;
/** Jobs that a run shares its input among: their events fit into one history. */
const MAX_PARTS = 100;
/** A staged row is at most this much longer than the row it stands for. */
export const STAGED_ROW_OVERHEAD_BYTES = 48;
/** Bad rows that one part may have to keep account of. */
const MAX_QUARANTINED_ROWS = 1_000_000;

interface InputSize {
  readonly rows: number;
  readonly bytes: number;
}

/** Whether one job can take an input, as it lies or as a copy. */
export function fitsOneJob({ rows, bytes }: InputSize, isCopied: boolean, limits: JobLimits = JOB_LIMITS): boolean {
  if (rows > limits.rows) return false;
  return isCopied ? bytes + rows * STAGED_ROW_OVERHEAD_BYTES <= limits.copiedBytes : bytes <= limits.bytes;
}

/** The least number of jobs that can take so much, when none reads it as it lies. */
export function fewestParts({ rows, bytes }: InputSize, limits: JobLimits = JOB_LIMITS): number {
  return Math.max(1, Math.ceil(rows / limits.rows), Math.ceil(bytes / limits.copiedBytes));
}

/** Why a run can't take the input, or `undefined`; where it was not cut yet, `parts` is the least it can be. */
export function partsExceeded({ rows, bytes }: InputSize, parts: number): string | undefined {
  if (parts <= MAX_PARTS) return undefined;
  return `The input has ${count(rows)} rows and ${count(bytes)} bytes, which makes ${count(parts)} jobs, and one run takes ${count(MAX_PARTS)}: split it and start a run for each piece.`;
}

/** Why a run can't take so many bad rows out, or `undefined`. */
export function quarantineExceeded({
  rows,
  badRows,
}: {
  readonly rows: number;
  readonly badRows: number;
}): string | undefined {
  if (badRows <= MAX_QUARANTINED_ROWS) return undefined;
  return `The input has ${count(rows)} rows of which ${count(badRows)} can't be sent, and a run takes out ${count(MAX_QUARANTINED_ROWS)} at most: mend or split it.`;
}
