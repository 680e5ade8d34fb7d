import { problemLine, type ValidationProblem, type ValidationSummary } from '../domain/validation-problem';
import type { ObjectStore } from '../gateways/object-store';
import type { CallOptions } from './commits';
import { FirstProblems, TOLD_PROBLEMS } from './first-problems';
import { type MergedValidation, type PlacedProblem, readProblems } from './merged-validation';

const FIRST_PROBLEM_CHARACTERS = 300;

/** What came out when the rows were compared with each other. */
export interface Comparison {
  /** The first ones. */
  readonly problems: readonly PlacedProblem[];
  readonly errors: number;
  readonly warnings: number;
}

export function joinComparisons(one: Comparison, other: Comparison): Comparison {
  return {
    problems: [...one.problems, ...other.problems],
    errors: one.errors + other.errors,
    warnings: one.warnings + other.warnings,
  };
}

export interface WrittenReport {
  /** null without problems. */
  readonly uri: string | null;
  /** The first few, one line each. */
  readonly first: readonly string[];
}

interface ReportOptions extends CallOptions {
  readonly maxProblems: number;
  /** What the one file is a copy of: people look for the row there. */
  readonly copyOf?: string | undefined;
}

/** Writes `validation.jsonl`: a problem a line, in file order, then a summary. Nothing where there is no problem and nothing was mended. */
export async function writeReport(
  store: ObjectStore,
  uri: string,
  merged: MergedValidation,
  comparison: Comparison,
  { maxProblems, copyOf, ...options }: ReportOptions,
): Promise<WrittenReport> {
  const errors = merged.errors + comparison.errors;
  const warnings = merged.warnings + comparison.warnings;
  const isMended = Object.keys(merged.repaired).length > 0;
  if (errors + warnings === 0 && !isMended) return { uri: null, first: [] };
  const first = new FirstProblems<PlacedProblem>(Math.max(maxProblems, TOLD_PROBLEMS));
  for (const problem of comparison.problems) first.add(problem);
  for await (const problem of readProblems(store, merged, options)) first.add(problem);
  const list = (most: number) => listProblems(first.all, most).map((problem) => placedIn(problem, copyOf));
  const listed = list(maxProblems);
  const lines = [...listed, { summary: summaryOf(merged, errors, warnings, listed.length) }].map(
    (line) => `${JSON.stringify(line)}\n`,
  );
  await store.write(uri, lines.join(''), { contentType: 'application/x-ndjson', ...options });
  return { uri, first: list(TOLD_PROBLEMS).map(firstProblem) };
}

/** The problems of a report, in file order; where not all have room, errors before warnings. */
export function listProblems(problems: readonly PlacedProblem[], most: number): ValidationProblem[] {
  const inOrder = problems.toSorted((one, other) => one.file - other.file || one.line - other.line);
  const errors = inOrder.filter(({ severity }) => severity === 'error').slice(0, most);
  const warnings = inOrder.filter(({ severity }) => severity === 'warning').slice(0, most - errors.length);
  return [...errors, ...warnings]
    .sort((one, other) => one.file - other.file || one.line - other.line)
    .map(withoutOrdinal);
}

function summaryOf(
  { rows, bytes, repaired }: MergedValidation,
  errors: number,
  warnings: number,
  listed: number,
): ValidationSummary {
  const mended = Object.keys(repaired).length > 0 ? { repaired } : {};
  return { valid: errors === 0, rows, bytes, errors, warnings, listed, ...mended };
}

function placedIn(problem: ValidationProblem, uri: string | undefined): ValidationProblem {
  if (uri === undefined) return problem;
  return { ...problem, uri, ...(problem.other && { other: { ...problem.other, uri } }) };
}

function firstProblem(problem: ValidationProblem): string {
  return problemLine(problem).slice(0, FIRST_PROBLEM_CHARACTERS);
}

/** A problem as reports list it. */
function withoutOrdinal(problem: PlacedProblem): ValidationProblem {
  const { severity, rule, uri, line, byte, key, path, message, other } = problem;
  const named = key === undefined ? {} : { key };
  return { severity, rule, uri, line, byte, ...named, path, message, ...(other && { other }) };
}
