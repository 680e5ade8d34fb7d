import type { ValidationProblem } from '../../domain/validation-problem';
import type { Colors } from '../colors';
import { positionOf, type Span } from './json-position';
import { fitted, plain, widthOf } from './plain';

/** A problem of the input as a compiler would show it: where, what, and the line with the spot marked. */
export function problemText(
  problem: ValidationProblem,
  line: string,
  look: { readonly columns: number; readonly colors: Colors },
): string {
  const { colors, columns } = look;
  const severity = problem.severity === 'error' ? colors.red('error') : colors.yellow('warning');
  const title = `${severity}[${problem.rule}] ${plain(problem.uri)}:${problem.line}  ${plain(problem.message)}`;
  const number = String(problem.line);
  const gutter = `  ${' '.repeat(number.length)} │ `;
  const span = spotOf(problem, line);
  if (line.trim() === '') return title;
  const view = viewOf(line, span ?? [0, 0], columns - gutter.length);
  const source = `  ${colors.dim(`${number} │`)} ${view.text}`;
  if (span === undefined) return `${title}\n${source}`;
  const mark = `${' '.repeat(view.column)}${colors.red('^'.repeat(view.width))}`;
  const path = problem.path === '' ? '' : ` ${plain(problem.path)}`;
  const fits = gutter.length + view.column + view.width + path.length <= columns;
  return `${title}\n${source}\n${colors.dim(gutter)}${mark}${fits ? path : ''}`;
}

function spotOf(problem: ValidationProblem, line: string): Span | undefined {
  if (problem.path !== '') return positionOf(line, problem.path);
  const position = /at position (\d+)/.exec(problem.message)?.[1];
  return position === undefined || Number(position) > line.length
    ? undefined
    : [Number(position), Number(position) + 1];
}

/** Room that is left before the spot where the line doesn't fit. */
const LEAD = 30;

/** The part of the line around the spot, and where the spot is in it. */
function viewOf(line: string, [from, to]: Span, columns: number) {
  const fitsFromStart = widthOf(line.slice(0, Math.min(to, 2_000))) <= columns - 1 && to <= 2_000;
  const start = fitsFromStart ? 0 : Math.max(0, from - LEAD);
  const lead = start === 0 ? '' : '…';
  const text = fitted(`${lead}${plain(line.slice(start, start + 2_000)).replaceAll('\t', ' ')}`, columns);
  const column = widthOf(`${lead}${plain(line.slice(start, from))}`);
  const width = Math.max(1, Math.min(widthOf(plain(line.slice(from, Math.min(to, from + 2_000)))), columns - column));
  return { text, column, width };
}
