import type { Colors } from '../colors';
import { fitted, widthOf } from './plain';

export interface Done {
  readonly part: number;
  readonly of: number;
}

export interface Bar {
  readonly text: string;
  readonly full: string;
  readonly empty: string;
}

/** `███░░░░░`, as long as the terminal is wide enough for. */
export function barOf({ part, of }: Done, columns: number): Bar {
  const cells = columns < 90 ? 12 : 24;
  const filled = of === 0 ? cells : Math.floor((cells * part) / of);
  const [full, empty] = ['█'.repeat(filled), '░'.repeat(cells - filled)];
  return { text: full + empty, full, empty };
}

/** The line with its bar in colours. */
export function painted(line: string, { full, empty }: Bar, colors: Colors): string {
  return line.replace(full, colors.cyan(full)).replace(empty, colors.gray(empty));
}

/** ` 41 %`; a hundred only when all is done. */
export function percent({ part, of }: Done): string {
  return `${String(of === 0 ? 100 : Math.floor((100 * part) / of)).padStart(3)} %`;
}

/** The beginning and as many details as there is room for, the first one always. */
export function whatFits(start: string, details: readonly string[], columns: number): string {
  let line = start;
  for (const [index, detail] of details.entries()) {
    const longer = index === 0 ? line + detail : `${line} · ${detail}`;
    if (index > 0 && widthOf(longer) > columns) break;
    line = longer;
  }
  return fitted(line, columns);
}
