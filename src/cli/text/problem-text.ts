import { cutText } from '../../domain/cut-text';
import { rowName, type RowPlace, type ValidationProblem } from '../../domain/validation-problem';
import type { Colors } from '../colors';
import { plainLine, widthOf, wrapped } from './plain';
import { spotOf } from './problem-spot';
import { snippet } from './snippet';

/** Bytes of the rows that a problem is about, or of their beginnings. */
export interface ProblemRows {
  readonly row: Buffer;
  /** The row that it conflicts with. */
  readonly other?: Buffer | undefined;
}

export interface ProblemLook {
  readonly columns: number;
  readonly colors: Colors;
}

/** A problem of the input as a compiler would show it: where, what, and each line with the spot marked. */
export function problemText(problem: ValidationProblem, rows: ProblemRows, look: ProblemLook): string {
  const { other } = problem;
  const numberWidth = String(Math.max(problem.line, other?.line ?? 0)).length;
  const message = rows.other === undefined ? problem.message : withoutPlace(problem);
  const lines = [...titleLines(problem, message, look), ...rowLines(problem, problem, rows.row, numberWidth, look)];
  if (other !== undefined && rows.other !== undefined) {
    lines.push(look.colors.dim(`  ${' '.repeat(numberWidth)} and ${placeOf(other)}`));
    lines.push(...rowLines(problem, other, rows.other, numberWidth, look));
  }
  return lines.join('\n');
}

const MESSAGE_CHARACTERS = 1_000;

function titleLines(problem: ValidationProblem, words: string, { columns, colors }: ProblemLook): string[] {
  const { severity, rule } = problem;
  const place = placeOf(problem);
  const message = plainLine(cutText(words, MESSAGE_CHARACTERS));
  const paint = severity === 'error' ? colors.red : colors.yellow;
  const head = `${paint.bold(severity)}[${rule}] ${colors.bold(place)}`;
  if (widthOf(`${severity}[${rule}] ${place}  ${message}`) <= columns) return [`${head}  ${message}`];
  return [head, ...wrapped(message, columns - 2).map((line) => `  ${line}`)];
}

/** The other row of a conflict is shown below. */
function withoutPlace({ message, other }: ValidationProblem): string {
  const place = other === undefined ? '' : ` (${other.uri}:${other.line})`;
  return place !== '' && message.endsWith(place) ? message.slice(0, -place.length) : message;
}

function placeOf(place: RowPlace & Pick<ValidationProblem, 'key'>): string {
  return plainLine(`${place.uri}:${rowName(place)}`);
}

function rowLines(
  { rule }: ValidationProblem,
  { line: number, path }: { readonly line: number; readonly path: string },
  row: Buffer,
  numberWidth: number,
  { columns, colors }: ProblemLook,
): string[] {
  const text = row.toString('utf8');
  if (text.trim() === '' || rule === 'gzip') return [];
  const spot = spotOf({ rule, path }, row, text);
  return snippet(text, { number, numberWidth, spot, label: path, columns, colors });
}
