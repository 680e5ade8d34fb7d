import { count } from '../../domain/count-text';
import type { ValidationProblem } from '../../domain/validation-problem';
import type { Output } from '../output';
import { plain } from '../text/plain';
import { problemText } from '../text/problem-text';
import { bytesText } from '../text/quantities';
import type { ValidationReport } from './validate-input';

/** Problems with their lines, then the sums. */
export async function printProblems(
  output: Pick<Output, 'print' | 'colors' | 'columns'>,
  report: ValidationReport,
  textOf: (problem: ValidationProblem) => Promise<string>,
): Promise<void> {
  for (const problem of report.problems) output.print(problemText(problem, await textOf(problem), output));
  const hidden = report.errors + report.warnings - report.problems.length;
  if (hidden > 0) output.print(`… and ${count(hidden)} more; --max-problems shows others.`);
  if (report.refusal !== null)
    output.print(`${output.colors.red('error')}[${report.refusal.type}] ${plain(report.refusal.message)}`);
}

/** `30,000 rows, 1 error, 0 warnings.` */
export function sumsText({ rows, errors, warnings }: ValidationReport): string {
  return `${counted(rows, 'row')}, ${counted(errors, 'error')}, ${counted(warnings, 'warning')}.`;
}

/** `30,000 rows · 177 MB · 0 errors` */
export function validText({ rows, bytes, errors, warnings }: ValidationReport): string {
  const remarks = warnings > 0 ? ` · ${counted(warnings, 'warning')}` : '';
  return `${counted(rows, 'row')} · ${bytesText(bytes)} · ${counted(errors, 'error')}${remarks}`;
}

function counted(number: number, name: string): string {
  return `${count(number)} ${name}${number === 1 ? '' : 's'}`;
}
