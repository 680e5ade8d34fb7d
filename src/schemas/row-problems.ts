import { cutText } from '../domain/cut-text';
import type { RowProblem } from '../domain/validation-problem';
import { type RuleSettings, severityOf, type ValidationRule } from '../domain/validation-rules';

/** Of errors, and as many of warnings. */
const KEPT_PER_ROW = 20;
const SHOWN_CHARACTERS = 60;

/** Collects what is wrong with one row: the first of it in full, the rest counted. */
export class RowProblems {
  readonly kept: RowProblem[] = [];
  errors = 0;
  warnings = 0;
  readonly #settings: RuleSettings;

  constructor(settings: RuleSettings) {
    this.#settings = settings;
  }

  /** `message` is called for what is kept only. */
  report(rule: ValidationRule, path: string, message: () => string): void {
    const severity = severityOf(rule, this.#settings);
    if (severity === 'off') return;
    const count = severity === 'error' ? (this.errors += 1) : (this.warnings += 1);
    if (count <= KEPT_PER_ROW) this.kept.push({ severity, rule, path, message: message() });
  }
}

/** The path of a member, its name cut where nobody would read on. */
export function memberPath(path: string, name: string): string {
  const shortened = cutText(name, 2 * SHOWN_CHARACTERS);
  return path === '' ? shortened : `${path}.${shortened}`;
}

/** A value as a message shows it: JSON, shortened. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  if (isObject(value)) return `an object${fieldList(value)}`;
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, 2 * SHOWN_CHARACTERS) : value);
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
