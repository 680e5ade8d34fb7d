import { count } from '../../domain/count-text';
import type { Validated } from '../../input/validate-given';
import type { ValidationReport } from '../../input/report';
import type { Output } from '../output';
import { padded, plain } from '../text/plain';
import { problemText } from '../text/problem-text';
import { bytesText, countOf } from '../text/quantities';
import { ruleCountsText } from '../text/rule-counts-text';

/** Problems with their rows, then how often each rule is broken. */
export async function printProblems(
  output: Pick<Output, 'print' | 'colors' | 'columns' | 'isJson'>,
  { report, rowAt }: Validated,
): Promise<void> {
  if (output.isJson) return;
  for (const problem of report.problems) {
    const row = await rowAt(problem);
    const other = problem.other && (await rowAt(problem.other));
    output.print(`${problemText(problem, { row, other }, output)}\n`);
  }
  const hidden = report.errors + report.warnings - report.problems.length;
  if (hidden > 0) output.print(`… and ${count(hidden)} more; a higher --max-problems shows more.\n`);
  if (report.refusal !== null)
    output.print(`${output.colors.red.bold('error')}[${report.refusal.type}] ${plain(report.refusal.message)}\n`);
  for (const line of ruleCountsText(report.rules, output)) output.print(line);
  for (const line of repairsText(report)) output.print(line);
}

/** `12 rows  spelling  mended in the copy that a run sends` */
export function repairsText({ repaired }: Pick<ValidationReport, 'repaired'>): string[] {
  const counts = Object.entries(repaired).map(([repair, rows]) => [countOf(rows, 'row'), repair] as const);
  const [rowsWidth, namesWidth] = [0, 1].map((column) => Math.max(0, ...counts.map((cells) => cells[column]!.length)));
  return counts.map(
    ([rows, repair]) =>
      `${padded(rows, rowsWidth!)}  ${padded(repair, namesWidth!)}  mended in the copy that a run sends`,
  );
}

/** `30,000 rows, 1 error, 0 warnings.` */
export function sumsText({ rows, errors, warnings, quarantined }: ValidationReport): string {
  const out = quarantined > 0 ? ` ${countOf(quarantined, 'row')} can be taken out.` : '';
  return `${countOf(rows, 'row')}, ${countOf(errors, 'error')}, ${countOf(warnings, 'warning')}.${out}`;
}

/** `30,000 rows · 177 MB · 0 errors` */
export function validText({ rows, bytes, errors, warnings, quarantined }: ValidationReport): string {
  const remarks = [
    ...(warnings > 0 ? [countOf(warnings, 'warning')] : []),
    ...(quarantined > 0 ? [`${countOf(quarantined, 'row')} taken out`] : []),
  ];
  return [countOf(rows, 'row'), bytesText(bytes), countOf(errors, 'error'), ...remarks].join(' · ');
}
