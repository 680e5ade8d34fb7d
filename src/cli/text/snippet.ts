import type { Colors } from '../colors';
import type { Span } from './json-position';
import { fitted, plainLine, widthOf } from './plain';

export interface SnippetOptions {
  /** Of the line, from 1. */
  readonly number: number;
  /** Characters of the longest line number around. */
  readonly numberWidth: number;
  /** What is marked; nothing without. */
  readonly spot: Span | undefined;
  /** Stands beside the mark, or below it where there is no room. */
  readonly label: string;
  readonly columns: number;
  readonly colors: Colors;
}

/** What a line is cut to before it is measured; far more than a terminal shows. */
const LOOKED_AT = 2_000;
const LEAST_COLUMNS = 24;

/** A line of the input, as far as a terminal has room for it, and below it the spot marked. */
export function snippet(text: string, options: SnippetOptions): string[] {
  const { number, numberWidth, spot, label, colors } = options;
  const gutter = `  ${' '.repeat(numberWidth)} │ `;
  const columns = Math.max(LEAST_COLUMNS, options.columns - gutter.length);
  const view = viewOf(text, spot ?? [0, 0], columns);
  const source = `  ${colors.dim(`${String(number).padStart(numberWidth)} │`)} ${view.text}`;
  if (spot === undefined) return [source];
  const mark = `${colors.dim(gutter)}${' '.repeat(view.column)}${colors.red('^'.repeat(view.width))}`;
  const path = plainLine(label.slice(0, LOOKED_AT));
  if (path === '') return [source, mark];
  if (view.column + view.width + 1 + widthOf(path) <= columns) return [source, `${mark} ${path}`];
  return [source, mark, `${colors.dim(gutter)}${fitted(path, columns)}`];
}

/** The part of the line around the spot, and where the spot is in it. */
function viewOf(line: string, [from, to]: Span, columns: number) {
  const fitsFromStart = to <= LOOKED_AT && widthOf(plainLine(line.slice(0, to))) < columns;
  const start = fitsFromStart ? 0 : leadingTo(line, from, Math.min(30, Math.floor(columns / 3)));
  const lead = start === 0 ? '' : '…';
  const text = fitted(`${lead}${plainLine(line.slice(start, start + LOOKED_AT))}`, columns);
  const column = widthOf(`${lead}${plainLine(line.slice(start, from))}`);
  const marked = widthOf(plainLine(line.slice(from, Math.min(to, from + LOOKED_AT))));
  return { text, column, width: Math.max(1, Math.min(marked, columns - column)) };
}

/** Where so many columns before a position begin. */
function leadingTo(line: string, position: number, columns: number): number {
  const least = Math.max(0, position - 4 * columns);
  let start = position;
  while (start > least && widthOf(plainLine(line.slice(start - 1, position))) < columns) start -= 1;
  const cutsCharacter = /^[\uDC00-\uDFFF]/.test(line.slice(start, start + 1));
  return cutsCharacter && start < position ? start + 1 : start;
}
