import { didYouMean } from './nearest-name';
import {
  FIXED_RULES,
  REPAIRS,
  VALIDATION_RULES,
  type Repair,
  type RuleSetting,
  type ValidationRule,
} from './validation-rules';

const SETTINGS: readonly RuleSetting[] = ['error', 'warning', 'off'];

/** @throws {TypeError} for a word that is no rule, with the nearest that is */
export function ruleNamed(name: string): ValidationRule {
  if (Object.hasOwn(VALIDATION_RULES, name)) return name as ValidationRule;
  const hint = didYouMean(name, Object.keys(VALIDATION_RULES)) || '; docs/validation.md lists them';
  throw new TypeError(`no rule has the name ${JSON.stringify(name)}${hint}`);
}

/** @throws {TypeError} for another word, and for a rule that stays an error */
export function ruleSetting(rule: ValidationRule, setting: unknown): RuleSetting {
  const known = SETTINGS.find((word) => word === setting);
  if (known === undefined) {
    throw new TypeError(`rule ${rule} may be ${SETTINGS.join(', ')}, got ${JSON.stringify(setting) ?? 'nothing'}`);
  }
  if (known === 'error' || !FIXED_RULES.has(rule)) return known;
  throw new TypeError(`rule ${rule} stays an error, got ${known}: without it a run can't be trusted`);
}

/** @throws {TypeError} for a word that is no repair, with the nearest that is */
export function repairNamed(name: unknown): Repair {
  const known = REPAIRS.find((repair) => repair === name);
  if (known !== undefined) return known;
  const hint = typeof name === 'string' ? didYouMean(name, REPAIRS) : '';
  throw new TypeError(
    `no repair has the name ${JSON.stringify(name) ?? 'nothing'}${hint || `; there are ${REPAIRS.join(', ')}`}`,
  );
}
