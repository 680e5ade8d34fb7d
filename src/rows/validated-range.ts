import { createHash } from 'node:crypto';
import type { RunReference } from '../domain/accepted-request';
import { type AcceptedValidation, DEFAULT_VALIDATION } from '../domain/accepted-validation';
import type { InputEstimate } from '../domain/input-estimate';
import type { RuleCounts } from '../domain/rule-counts';
import type { RowProblem } from '../domain/validation-problem';
import type { Repair, ValidationRule } from '../domain/validation-rules';
import type { DataObject } from './commits';
import type { ShapeRecord } from './shapes/shape-memory';
import { workDirectory } from './work-directory';

/** Commit record of a validated range. */
export interface ValidatedRange {
  readonly pieces: readonly ValidatedPiece[];
  /** For each field that may identify rows, how many sound rows have a key in it. */
  readonly keyed: Readonly<Record<string, number>>;
  readonly soundRows: number;
  /** Rows that are taken out; none where an error fails the run. */
  readonly badRows: number;
  /** One line a sound row, and one a row that is taken out: {@link RowFacts}. */
  readonly facts: DataObject;
  /** One line a problem: {@link RangeProblem}. The first ones only. */
  readonly problems: DataObject | null;
  /** Of the sound rows, for the rules about rows together. */
  readonly shapes: readonly ShapeRecord[];
  /** What was mended on the way to the verdict, and will be in the staged copy. */
  readonly repaired: RepairCounts;
  /** Tokens of the sound rows. Left out by earlier versions. */
  readonly estimate?: InputEstimate;
}

/** How often something was mended; what never was, is left out. */
export type RepairCounts = Readonly<Partial<Record<Repair, number>>>;

/** What a range holds of one file. */
export interface ValidatedPiece {
  readonly file: number;
  readonly lines: number;
  /** Those of the lines that are no rows, since they are to be taken out. */
  readonly blankLines: number;
  readonly errors: number;
  readonly warnings: number;
  /** Of the rules that rows break; of a row with very many problems the first. */
  readonly rules: RuleCounts;
  /** The whole file is something else than JSONL: one JSON array, or compressed. */
  readonly isUnreadable: boolean;
  /** The first line that ends with CR LF. */
  readonly carriageReturn: LinePlace | null;
  /** Of the piece's bytes as they were read, as Cloud Storage writes it; not of a local file, nor where they weren't read to the end. */
  readonly crc32c?: string;
}

/** Where a line stands in a range. */
export interface LinePlace {
  /** Position of its piece in the record. */
  readonly piece: number;
  /** Lines of the piece before it. */
  readonly number: number;
  readonly byte: number;
}

export interface RangeProblem extends RowProblem, LinePlace {
  /** The row's, where it has one. */
  readonly key?: string;
}

/**
 * A sound row: position of its piece, lines of the piece before it, offset, length, the caller's fields, and
 * whether those are the keys alone because the others are too large to keep.
 */
export type SoundRowFacts = readonly [
  piece: number,
  number: number,
  byte: number,
  length: number,
  others: Readonly<Record<string, unknown>>,
  keysOnly: 0 | 1,
];

/** A row that is taken out: its keys, where they could be read, and the first of its errors. */
export type BadRowFacts = readonly [
  piece: number,
  number: number,
  byte: number,
  length: number,
  keys: Readonly<Record<string, unknown>> | null,
  keysOnly: 0,
  problem: { readonly rule: ValidationRule; readonly message: string },
];

/** A row as its range notes it. */
export type RowFacts = SoundRowFacts | BadRowFacts;

/** Where the records of an input as it was found lie; another input, key or other rules have their own. */
export function validationDirectory(
  run: RunReference,
  sourcesUri: string,
  keyField: string | null,
  validation: AcceptedValidation = DEFAULT_VALIDATION,
): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([sourcesUri, keyField, validation]))
    .digest('hex')
    .slice(0, 16);
  return `${workDirectory(run)}validate/${digest}/`;
}

export function validatedRangeUri(directory: string, range: number): string {
  return `${directory}${range}.json`;
}
