import type { Sources } from '../sources';
import type { AcceptedValidation } from '../../domain/accepted-validation';
import { addProblems, type RuleCount, type RuleCounts, sumOfRules } from '../../domain/rule-counts';
import { fewestParts, fitsOneJob } from '../../domain/validation-limits';
import type { ValidationRule } from '../../domain/validation-rules';
import type { ValidationProblem } from '../../domain/validation-problem';
import { compareRanges } from '../compare-ranges';
import { inParallel } from '../in-parallel';
import { mergeRecords, type MergedValidation, mergeShapes, placedProblem } from '../merged-validation';
import { ShapeMemory } from '../shapes/shape-memory';
import { stagingReason } from '../staging';
import { type Comparison, listProblems } from '../validation-report';
import type { CheckedRange, KeptRange } from './checked-range';
import { compareKeys } from './compare-keys';

/** What came out of a validation without a run. */
export interface ValidatedInput {
  readonly merged: MergedValidation<KeptRange>;
  /** The field that identifies the rows, null when not every row has one. */
  readonly keyField: string | null;
  /** Whether a run would send a copy. */
  readonly isStaged: boolean;
  /** The fewest jobs that a run would share it among. */
  readonly jobs: number;
  readonly errors: number;
  readonly warnings: number;
  /** Errors that no row can be taken out for, since rows make them together. */
  readonly inputErrors: number;
  readonly rules: RuleCounts;
  /** The first ones, in file order. */
  readonly problems: readonly ValidationProblem[];
}

export interface ValidateSourcesOptions {
  readonly keyField: string | null;
  readonly validation: AcceptedValidation;
  /** Ranges at a time. */
  readonly concurrency: number;
  /** Validates a range, by its ordinal. */
  readonly checkRange: (range: number) => Promise<CheckedRange>;
}

/** Validates ranges some at a time and puts what they gave together, as a run does. */
export async function validateSources(sources: Sources, options: ValidateSourcesOptions): Promise<ValidatedInput> {
  const { keyField, validation, concurrency, checkRange } = options;
  const shapes = new ShapeMemory();
  const check = async (range: number) => mergeShapes(shapes, range, await checkRange(range));
  const merged = mergeRecords(sources, await inParallel(sources.ranges.length, concurrency, check), shapes);
  const keys = compareKeys(merged, keyField, validation.rules);
  const jobs = jobsOf(merged);
  const isStaged = stagingReason(merged, { ...keys, jobs }) !== null;
  const together = [compareRanges(merged, validation.rules, { isStaged }), keys];
  const inputErrors = merged.unreadable.size + sum(together.map(({ errors }) => errors));
  return {
    merged,
    keyField: keys.keyField,
    isStaged,
    jobs,
    errors: merged.errors + sum(together.map(({ errors }) => errors)),
    warnings: merged.warnings + sum(together.map(({ warnings }) => warnings)),
    inputErrors,
    rules: sumOfRules([merged.rules, ...together.map(rulesOf)]),
    problems: firstProblems(merged, together, validation.maxProblems),
  };
}

function jobsOf({ soundRows, bytes }: MergedValidation<KeptRange>): number {
  const size = { rows: soundRows, bytes };
  return fitsOneJob(size, false) ? 1 : Math.max(2, fewestParts(size));
}

/** Of repeated keys there may be more than are kept. */
function rulesOf({ problems, errors, warnings }: Comparison): RuleCounts {
  const counts: Partial<Record<ValidationRule, RuleCount>> = {};
  for (const problem of problems) addProblems(counts, problem);
  const kept = Object.values(counts);
  addProblems(counts, { rule: 'key-repeated', severity: 'error' }, errors - sum(kept.map((count) => count.errors)));
  addProblems(
    counts,
    { rule: 'key-repeated', severity: 'warning' },
    warnings - sum(kept.map((count) => count.warnings)),
  );
  return counts;
}

function firstProblems(
  merged: MergedValidation<KeptRange>,
  together: readonly Comparison[],
  most: number,
): ValidationProblem[] {
  const ofRows = merged.records.flatMap(({ problems }, range) =>
    problems.flatMap((problem) => placedProblem(merged, range, problem) ?? []),
  );
  return listProblems([...ofRows, ...together.flatMap(({ problems }) => problems)], most);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
