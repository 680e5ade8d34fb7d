import { z } from 'zod';
import { type AcceptedValidation, DEFAULT_VALIDATION } from '../domain/accepted-validation';
import {
  FIXED_RULES,
  REPAIRS,
  type RuleSettings,
  VALIDATION_RULES,
  type ValidationRule,
} from '../domain/validation-rules';
import type { BatchRequest } from '../messages';

export const RULE_NAMES = Object.keys(VALIDATION_RULES) as ValidationRule[];

const SETTING_RULE = 'must be "error", "warning" or "off"';
const FIXED_RULE = 'must stay "error", since a row that breaks it can\'t be read or accounted for';
const MAX_PROBLEMS_RULE = 'must be a whole number from 0 to 100000';

/** Shape of a request's `validate`. */
export const validationSchema = z.strictObject(
  {
    rules: z
      .strictObject(
        Object.fromEntries(RULE_NAMES.map((rule) => [rule, settingOf(rule).optional()])),
        'must be an object of rules and what to make of them, such as {"range": "off"}',
      )
      .optional()
      .describe('Rules that count otherwise than by default: as an error, as a warning, or not at all.'),
    maxProblems: z
      .int(MAX_PROBLEMS_RULE)
      .min(0, MAX_PROBLEMS_RULE)
      .max(100_000, MAX_PROBLEMS_RULE)
      .optional()
      .describe('Problems that validation.jsonl lists at most; all are counted. Default: 10000.'),
    onError: z
      .enum(['fail', 'quarantine'], 'must be "fail" or "quarantine"')
      .optional()
      .describe(
        'fail: nothing is sent while a row has errors. quarantine: rows that break a rule alone are taken out and counted as failed, and the rest is sent. Default: fail.',
      ),
    repair: z
      .array(
        z.enum(REPAIRS, `must be one of ${REPAIRS.map((repair) => JSON.stringify(repair)).join(', ')}`),
        'must be a list such as ["blank-lines", "byte-order-mark"]',
      )
      .optional()
      .describe('What to mend in the copy that is sent; the result says what was mended. Default: nothing.'),
  },
  'must be an object such as {"onError": "quarantine"}',
);

function settingOf(rule: ValidationRule) {
  return FIXED_RULES.has(rule) ? z.literal('error', FIXED_RULE) : z.enum(['error', 'warning', 'off'], SETTING_RULE);
}

/** What a request's `validate` comes to; `undefined` where that is the default. */
export function acceptedValidation(given: BatchRequest['validate'] = {}): AcceptedValidation | undefined {
  const accepted: AcceptedValidation = {
    rules: changedRules(given.rules ?? {}),
    maxProblems: given.maxProblems ?? DEFAULT_VALIDATION.maxProblems,
    onError: given.onError ?? DEFAULT_VALIDATION.onError,
    repair: [...new Set(given.repair)].toSorted(),
  };
  return JSON.stringify(accepted) === JSON.stringify(DEFAULT_VALIDATION) ? undefined : accepted;
}

/** In the order of the rules, so that the same settings are written the same. */
function changedRules(given: RuleSettings): RuleSettings {
  return Object.fromEntries(
    RULE_NAMES.flatMap((rule) => {
      const setting = given[rule];
      return setting === undefined || setting === VALIDATION_RULES[rule].severity ? [] : [[rule, setting]];
    }),
  );
}
