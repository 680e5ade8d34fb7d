import type { AcceptedValidation } from './accepted-validation';
import { FIXED_RULES, VALIDATION_RULES, type ValidationRule } from './validation-rules';

/**
 * For rows that a job of somebody else's has been sent: of a row only what it is and what its key is matters. What is no row can't
 * have been answered.
 */
export const FOREIGN_VALIDATION: AcceptedValidation = {
  rules: Object.fromEntries(
    (Object.keys(VALIDATION_RULES) as ValidationRule[])
      .filter((rule) => !FIXED_RULES.has(rule))
      .map((rule) => [rule, 'off']),
  ),
  onError: 'quarantine',
  repair: ['blank-lines', 'byte-order-mark'],
  maxProblems: 0,
};
