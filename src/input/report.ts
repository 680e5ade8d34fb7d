import type { ValidationProblem } from '../domain/validation-problem';
import { VALIDATION_RULES, type ValidationRule } from '../domain/validation-rules';
import type { BatchReason } from '../messages';

/** What is wrong by a rule, counted. */
export interface RuleCount {
  readonly errors: number;
  readonly warnings: number;
}

export type RuleCounts = Readonly<Partial<Record<ValidationRule, RuleCount>>>;

/** What `validate --json` prints. */
export interface ValidationReport {
  /** Whether a run would start: nothing is wrong, or only with rows that it is asked to take out. */
  readonly valid: boolean;
  readonly rows: number;
  readonly bytes: number;
  readonly files: readonly { readonly uri: string; readonly rows: number }[];
  /** All of them, counted. */
  readonly errors: number;
  readonly warnings: number;
  /** Of each rule that is broken. */
  readonly rules: RuleCounts;
  /** Rows that a run takes out before it sends the others; 0 unless `onError` is `quarantine`. */
  readonly quarantined: number;
  /** The first ones, in file order. */
  readonly problems: readonly ValidationProblem[];
  /** Why rows that are sound still don't make a run, such as a job's limits. */
  readonly refusal: BatchReason | null;
}

/** How many errors no row can be taken out for, since rows make them together. */
export function inputErrors(rules: RuleCounts): number {
  const counted = Object.entries(rules) as [ValidationRule, RuleCount][];
  return counted.reduce((sum, [rule, { errors }]) => sum + (VALIDATION_RULES[rule].scope === 'input' ? errors : 0), 0);
}
