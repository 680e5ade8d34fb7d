import type { ProblemSeverity, RowProblem, ValidationRule } from '../domain/validation-problem';

const KEPT_PER_ROW = 20;
const SHOWN_CHARACTERS = 60;

/** Collects what is wrong with one row: the first of it in full, the rest counted. */
export class RowProblems {
  readonly kept: RowProblem[] = [];
  errors = 0;
  warnings = 0;

  error(rule: ValidationRule, path: string, message: string): void {
    this.errors += 1;
    this.#keep('error', rule, path, message);
  }

  warning(rule: ValidationRule, path: string, message: string): void {
    this.warnings += 1;
    this.#keep('warning', rule, path, message);
  }

  #keep(severity: ProblemSeverity, rule: ValidationRule, path: string, message: string): void {
    if (this.kept.length < KEPT_PER_ROW) this.kept.push({ severity, rule, path, message });
  }
}

/** A value as a message shows it: JSON, shortened. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  if (isObject(value)) return `an object${fieldList(value)}`;
  const text = JSON.stringify(value);
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}

function fieldList(object: object): string {
  const names = Object.keys(object);
  if (names.length === 0) return ' without fields';
  const list = names.slice(0, 5).join(', ').slice(0, SHOWN_CHARACTERS);
  return ` with ${list}${names.length > 5 || list.length === SHOWN_CHARACTERS ? ', …' : ''}`;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
