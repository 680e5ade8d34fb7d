import { type RuleSettings, type RuleSetting, severityOf } from '../domain/validation-rules';
import { type MergedValidation, type PlacedProblem, positionOf, type RangeSums } from './merged-validation';
import type { Place } from './shapes/shape';
import { conflictsOf, type ShapeConflict } from './shapes/shape-conflicts';
import type { LinePlace } from './validated-range';
import type { Comparison } from './validation-report';

/** What shows when the ranges are seen together: rows that don't fit into one table, line ends of another system. */
export function compareRanges(
  merged: MergedValidation<RangeSums>,
  rules: RuleSettings,
  { isStaged }: { readonly isStaged: boolean },
): Comparison {
  // how far a file was read of which nothing can be made, depends on how it was cut
  if (merged.unreadable.size > 0) return { problems: [], errors: 0, warnings: 0 };
  const problems = [...lineEnds(merged, severityOf('line-end', rules)), ...shapeProblems(merged, rules, isStaged)];
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return { problems, errors, warnings: problems.length - errors };
}

function* lineEnds(
  merged: MergedValidation<RangeSums>,
  severity: RuleSetting,
): Generator<PlacedProblem, void, undefined> {
  if (severity === 'off') return;
  const seen = new Set<number>();
  for (const [range, { pieces }] of merged.records.entries()) {
    for (const { file, carriageReturn } of pieces) {
      if (carriageReturn === null || seen.has(file)) continue;
      seen.add(file);
      yield { severity, rule: 'line-end', path: '', message: LINE_END, ...placed(merged, range, carriageReturn) };
    }
  }
}

const LINE_END =
  "the line ends with CR LF, and nobody has confirmed that the service takes it; write LF alone. Further such lines of the file aren't listed";

function placed(merged: MergedValidation<RangeSums>, range: number, { piece, number, byte }: LinePlace) {
  return { ...positionOf(merged, range, piece, number), byte };
}

function shapeProblems(merged: MergedValidation<RangeSums>, rules: RuleSettings, isStaged: boolean): PlacedProblem[] {
  return conflictsOf(merged.shapes).flatMap((conflict) => {
    if (isStaged && !isInRequest(conflict)) return [];
    const severity = severityOf(conflict.rule, rules);
    return severity === 'off' ? [] : [shapeProblem(merged, severity, conflict)];
  });
}

/** Of a staged row the service sees the request alone. */
function isInRequest({ at }: ShapeConflict): boolean {
  return /^request([.[]|$)/.test(at.path);
}

function shapeProblem(
  merged: MergedValidation<RangeSums>,
  severity: PlacedProblem['severity'],
  { rule, message, at, other }: ShapeConflict,
): PlacedProblem {
  const place = rowAt(merged, at.place);
  const earlier = rowAt(merged, other.place);
  return {
    severity,
    rule,
    path: at.path,
    message: `${message} (${earlier.uri}:${earlier.line})`,
    ...place,
    other: { uri: earlier.uri, line: earlier.line, byte: earlier.byte, path: other.path },
  };
}

function rowAt(merged: MergedValidation<RangeSums>, [range, piece, number, byte]: Place) {
  return { ...positionOf(merged, range, piece, number), byte };
}
