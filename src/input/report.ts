import type { RuleCounts } from '../domain/rule-counts';
import type { ValidationProblem } from '../domain/validation-problem';
import type { Repair } from '../domain/validation-rules';
import type { BatchReason } from '../messages';

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
  /** Of each rule that is broken, from at most 20 errors and 20 warnings of a row: their sum may be less than `errors`. */
  readonly rules: RuleCounts;
  /** Rows that a run takes out before it sends the others; 0 unless `onError` is `quarantine`. */
  readonly quarantined: number;
  /** Rows that a run mends in its copy, by what it mends in them; empty unless `repair` asks for it. */
  readonly repaired: Readonly<Partial<Record<Repair, number>>>;
  /** The first ones, in file order. */
  readonly problems: readonly ValidationProblem[];
  /** Why rows that are sound still don't make a run, such as a job's limits. */
  readonly refusal: BatchReason | null;
}
