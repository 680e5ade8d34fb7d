import { DEFAULT_VALIDATION, type AcceptedValidation } from '../domain/accepted-validation';
import { didYouMean } from '../domain/nearest-name';
import { repairNamed, ruleNamed, ruleSetting } from '../domain/rule-settings';
import type { Repair, RuleSettings } from '../domain/validation-rules';
import { defaultThreads } from '../rows/threads/default-threads';
import type { ValidateInputOptions } from './validate-input';

const OPTIONS = {
  keyField: true,
  rules: true,
  onError: true,
  repair: true,
  maxProblems: true,
  threads: true,
  auth: true,
  endpoints: true,
  signal: true,
  onProgress: true,
} as const satisfies Record<keyof ValidateInputOptions, true>;

const MAX_PROBLEMS = 100;

export interface AcceptedOptions {
  readonly keyField: string | null;
  readonly validation: AcceptedValidation;
  readonly threads: number;
}

/** @throws {TypeError} naming the option, its value and what is wanted */
export function acceptOptions(options: ValidateInputOptions): AcceptedOptions {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(OPTIONS, name));
  if (unknown !== undefined) {
    throw new TypeError(`validateInput has no option ${unknown}${didYouMean(unknown, Object.keys(OPTIONS))}`);
  }
  return {
    keyField: acceptKeyField(options.keyField),
    validation: {
      rules: acceptRules(options.rules ?? {}),
      onError: acceptOnError(options.onError ?? DEFAULT_VALIDATION.onError),
      repair: acceptRepairs(options.repair ?? []),
      maxProblems: atLeast(0, 'maxProblems', options.maxProblems ?? MAX_PROBLEMS),
    },
    threads: atLeast(1, 'threads', options.threads ?? defaultThreads()),
  };
}

export function acceptKeyField(keyField: unknown): string | null {
  if (keyField === undefined) return null;
  if (typeof keyField === 'string' && keyField !== '') return keyField;
  throw new TypeError(`keyField must be the name of a field, got ${JSON.stringify(keyField)}`);
}

export function acceptRules(rules: unknown): RuleSettings {
  if (typeof rules !== 'object' || rules === null || Array.isArray(rules)) {
    throw new TypeError(`rules must be an object such as {"range": "off"}, got ${JSON.stringify(rules)}`);
  }
  const entries = Object.entries(rules).map(([name, setting]) => {
    const rule = ruleNamed(name);
    return [rule, ruleSetting(rule, setting)] as const;
  });
  return Object.fromEntries(entries);
}

function acceptOnError(action: unknown): AcceptedValidation['onError'] {
  if (action === 'fail' || action === 'quarantine') return action;
  throw new TypeError(`onError must be "fail" or "quarantine", got ${JSON.stringify(action)}`);
}

function acceptRepairs(repairs: unknown): readonly Repair[] {
  if (Array.isArray(repairs)) return [...new Set(repairs.map(repairNamed))].toSorted();
  throw new TypeError(`repair must be a list such as ["blank-lines"], got ${JSON.stringify(repairs)}`);
}

function atLeast(least: number, name: string, value: unknown): number {
  if (Number.isInteger(value) && (value as number) >= least) return value as number;
  throw new TypeError(`${name} must be a whole number of at least ${least}, got ${JSON.stringify(value)}`);
}
