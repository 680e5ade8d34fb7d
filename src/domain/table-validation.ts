import type { AcceptedValidation } from './accepted-validation';
import { VALIDATION_RULES, type RuleSettings, type ValidationRule } from './validation-rules';

/** A table needs no import: its rules matter only for rows that are sent again, or sent otherwise, from a copy in files. */
const TABLE_RULES: RuleSettings = Object.fromEntries(
  (Object.keys(VALIDATION_RULES) as ValidationRule[])
    .filter((rule) => rule.startsWith('import-') || rule === 'uri-in-table')
    .map((rule) => [rule, 'warning']),
);

/** How rows of a table are validated: as the caller says, and where nothing is said, what only may matter is a warning. */
export function forTable(validation: AcceptedValidation): AcceptedValidation {
  return { ...validation, rules: { ...TABLE_RULES, ...validation.rules } };
}
