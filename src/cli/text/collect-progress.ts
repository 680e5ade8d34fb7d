import type { CollectProgress } from '../../collect/collect-outputs';
import { barOf, painted, percent, whatFits } from './progress-bar';
import { bytesText } from './quantities';
import type { ProgressLook } from './validation-progress';

/** `collecting  ███░░░░░   41 %  74 MB of 177 MB · 312 MB/s`, as far as there is room. */
export function collectProgressText(
  { phase, bytes, of }: CollectProgress,
  { elapsedMs, columns, colors }: ProgressLook,
): string {
  if (of === 0) return phase;
  const done = { part: Math.min(bytes, of), of };
  const bar = barOf(done, columns);
  const details = [
    `${percent(done)}  ${bytesText(done.part)} of ${bytesText(of)}`,
    ...(elapsedMs > 0 ? [`${bytesText((1_000 * done.part) / elapsedMs)}/s`] : []),
  ];
  return painted(whatFits(`${phase}  ${bar.text}  `, details, columns), bar, colors);
}
