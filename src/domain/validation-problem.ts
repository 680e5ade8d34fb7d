import { isInBigQuery } from './bigquery-uri';
import { cutText } from './cut-text';
import type { ProblemSeverity, ValidationRule } from './validation-rules';

export type { ProblemSeverity, ValidationRule };

/** What is wrong with a row, wherever it stands. */
export interface RowProblem {
  readonly severity: ProblemSeverity;
  readonly rule: ValidationRule;
  /** Such as `request.contents[0].role`, as the row spells it; empty for the line as a whole. */
  readonly path: string;
  /** Names the thing, the value and what is wanted. */
  readonly message: string;
}

/** Where a row stands. */
export interface RowPlace {
  readonly uri: string;
  /** From 1. */
  readonly line: number;
  /** Offset of the row in its file. */
  readonly byte: number;
}

/** A line of the validation report. */
export interface ValidationProblem extends RowProblem, RowPlace {
  /** The row's, where it has one: in a table, by which the row can be found. */
  readonly key?: string;
  /** The row that it conflicts with, and where in it, for what rows break together. */
  readonly other?: RowPlace & Pick<RowProblem, 'path'>;
}

/** Last line of `validation.jsonl`. */
export interface ValidationSummary {
  readonly valid: boolean;
  readonly rows: number;
  readonly bytes: number;
  /** All of them, counted; the report lists the first of each range of the input. */
  readonly errors: number;
  readonly warnings: number;
  readonly listed: number;
  /** What is mended in the copy that is sent, and how often. */
  readonly repaired?: Readonly<Record<string, number>>;
}

/** A problem on one line, for people: `gs://acme/prompts.jsonl:17 request.contents[0].role: role must be …`. */
export function problemLine(problem: ValidationProblem): string {
  const path = problem.path === '' ? '' : ` ${problem.path}:`;
  return `${problem.uri}:${rowName(problem)}${path} ${problem.message}`;
}

const KEY_CHARACTERS = 60;

/** Which row of its file or table: rows of a table have no lines that people could go to, so its key stands there as well. */
export function rowName({ uri, line, key }: Pick<ValidationProblem, 'uri' | 'line' | 'key'>): string {
  return key !== undefined && isInBigQuery(uri) ? `${line} (${cutText(key, KEY_CHARACTERS)})` : String(line);
}
