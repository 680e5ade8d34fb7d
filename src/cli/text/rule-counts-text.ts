import { VALIDATION_RULES, type ValidationRule } from '../../domain/validation-rules';
import type { RuleCount, RuleCounts } from '../../domain/rule-counts';
import type { Colors } from '../colors';
import { padded } from './plain';
import { countOf } from './quantities';

type BrokenRule = readonly [rule: ValidationRule, count: RuleCount];

/**
 * The rules that are broken: how often, what the service fails for it, where to read on (as far as there is room).
 * Errors first, most first.
 */
export function ruleCountsText(
  rules: RuleCounts,
  { columns: room, colors }: { readonly columns: number; readonly colors: Colors },
): string[] {
  const broken = (Object.entries(rules) as [ValidationRule, RuleCount][]).toSorted(bySeverity);
  const counts = broken.map(([, count]) => countsText(count));
  const fails = broken.map(([rule, { errors }]) => failsText(rule, errors > 0));
  const names = broken.map(([rule]) => rule);
  const columns = [counts, names, fails].map((cells) => Math.max(0, ...cells.map(({ length }) => length)));
  const links = broken.map(([rule]) => `docs/validation.md#${rule}`);
  const width = columns.reduce((sum, column) => sum + column + 2, Math.max(0, ...links.map(({ length }) => length)));
  return broken.map(([, { errors }], row) => {
    const [count = '', name = '', fail = ''] = [counts, names, fails].map((cells, column) =>
      padded(cells[row] ?? '', columns[column] ?? 0),
    );
    const paint = errors > 0 ? colors.red : colors.yellow;
    const line = `${paint(count)}  ${name}  ${fail}`;
    return width > room ? line.trimEnd() : `${line}  ${colors.dim(links[row] ?? '')}`;
  });
}

function bySeverity([oneRule, one]: BrokenRule, [otherRule, other]: BrokenRule): number {
  return other.errors - one.errors || other.warnings - one.warnings || (oneRule < otherRule ? -1 : 1);
}

function countsText({ errors, warnings }: RuleCount): string {
  if (warnings === 0) return countOf(errors, 'error');
  return errors === 0 ? countOf(warnings, 'warning') : `${countOf(errors, 'error')}, ${countOf(warnings, 'warning')}`;
}

/** Bounds of ours, not of the service's. */
const BEYOND_BOUNDS: ReadonlySet<ValidationRule> = new Set<ValidationRule>(['line-too-long', 'too-many-names']);

function failsText(rule: ValidationRule, isError: boolean): string {
  const { fails } = VALIDATION_RULES[rule];
  if (fails !== 'nothing') return `${isError ? 'fails' : 'may fail'} the ${fails}`;
  if (BEYOND_BOUNDS.has(rule)) return "isn't read";
  return isError ? 'the run needs it' : 'makes a run send a copy';
}
