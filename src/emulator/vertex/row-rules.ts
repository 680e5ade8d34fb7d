import type { RowOutcome, RowRule } from '../scenario';
import { ROW_OUTCOMES } from '../scenario';
import { hashOf } from '../seeded-random';

/** A prompt with `[[blocked]]`, `[[max-tokens]]` or another outcome in double brackets gets that outcome. */
const TRIGGERS = new Map<string, RowOutcome>(ROW_OUTCOMES.map((outcome) => [`[[${outcome}]]`, outcome]));

/** What shall happen to a row out of the ordinary, by what its prompt says or by the scenario's rules. */
export function outcomeFor(line: string, rules: readonly RowRule[], jobIndex: number): RowOutcome | undefined {
  return triggered(line) ?? rules.find((rule, index) => fits(rule, index, line, jobIndex))?.outcome;
}

function triggered(line: string): RowOutcome | undefined {
  const start = line.indexOf('[[');
  if (start === -1) return undefined;
  for (const found of line.matchAll(/\[\[[a-z-]+\]\]/g)) {
    const outcome = TRIGGERS.get(found[0]);
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}

function fits(rule: RowRule, index: number, line: string, jobIndex: number): boolean {
  if (rule.firstJobs !== undefined && jobIndex >= rule.firstJobs) return false;
  if (rule.containing !== undefined && !line.includes(rule.containing)) return false;
  return rule.share === undefined || hashOf(line, index + 1) / 2 ** 32 < rule.share;
}
