import type { RowProblem } from './validation-problem';
import type { ValidationRule } from './validation-rules';

/** How often a rule is broken. */
export interface RuleCount {
  readonly errors: number;
  readonly warnings: number;
}

/** Of each rule that is broken. Of one row no more than its first 20 errors and its first 20 warnings are counted here. */
export type RuleCounts = Readonly<Partial<Record<ValidationRule, RuleCount>>>;

/** Adds so many problems of one kind. */
export function addProblems(
  counts: Partial<Record<ValidationRule, RuleCount>>,
  { rule, severity }: Pick<RowProblem, 'rule' | 'severity'>,
  number = 1,
): void {
  if (number === 0) return;
  const { errors, warnings } = counts[rule] ?? { errors: 0, warnings: 0 };
  counts[rule] = severity === 'error' ? { errors: errors + number, warnings } : { errors, warnings: warnings + number };
}

export function sumOfRules(all: Iterable<RuleCounts>): RuleCounts {
  const sums: Partial<Record<ValidationRule, RuleCount>> = {};
  for (const counts of all) {
    for (const [rule, { errors, warnings }] of Object.entries(counts) as [ValidationRule, RuleCount][]) {
      addProblems(sums, { rule, severity: 'error' }, errors);
      addProblems(sums, { rule, severity: 'warning' }, warnings);
    }
  }
  return sums;
}
