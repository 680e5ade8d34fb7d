import type { ValidationProgress } from '../../input/validate-found';
import type { Colors } from '../colors';
import { barOf, painted, percent, whatFits } from './progress-bar';
import { bytesText, countOf } from './quantities';

export interface ProgressLook {
  readonly elapsedMs: number;
  /** Of the bytes, those that had come before the time was taken. @default 0 */
  readonly bytesBefore?: number;
  readonly columns: number;
  readonly colors: Colors;
}

/** `validating  ███░░░░░   41 %  74 MB of 177 MB · 312 MB/s · 12,300 rows · 2 errors`, as far as there is room. */
export function validationProgressText(
  { bytes, of, rows, errors }: ValidationProgress,
  { elapsedMs, bytesBefore = 0, columns, colors }: ProgressLook,
): string {
  const done = { part: bytes, of };
  const measured = bytes - bytesBefore;
  const bar = barOf(done, columns);
  const details = [
    `${percent(done)}  ${bytesText(bytes)} of ${bytesText(of)}`,
    ...(elapsedMs > 0 && measured > 0 ? [`${bytesText((1_000 * measured) / elapsedMs)}/s`] : []),
    ...(rows > 0 ? [countOf(rows, 'row'), countOf(errors, 'error')] : []),
  ];
  return painted(whatFits(`validating  ${bar.text}  `, details, columns), bar, colors);
}
