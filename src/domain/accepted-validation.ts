import type { AcceptedRequest } from './accepted-request';
import type { Repair, RuleSettings } from './validation-rules';

/** How a run validates its input: the request's `validate`, complete. */
export interface AcceptedValidation {
  readonly rules: RuleSettings;
  /** Problems that `validation.jsonl` lists at most; all are counted. */
  readonly maxProblems: number;
  /** `quarantine`: rows that break a rule alone are taken out, and the rest runs. */
  readonly onError: 'fail' | 'quarantine';
  /** Sorted. */
  readonly repair: readonly Repair[];
}

export const DEFAULT_VALIDATION: AcceptedValidation = { rules: {}, maxProblems: 10_000, onError: 'fail', repair: [] };

export function validationOf({ validate }: Pick<AcceptedRequest, 'validate'>): AcceptedValidation {
  return validate ?? DEFAULT_VALIDATION;
}
