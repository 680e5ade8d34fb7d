import type { CollectProgress } from '../../collect/collect-outputs';
import { count } from '../../domain/count-text';
import { barOf, painted, percent, whatFits } from './progress-bar';
import { bytesText, countOf } from './quantities';
import type { ProgressLook } from './validation-progress';

interface UnitTexts {
  /** `41 of 100 rows` */
  readonly share: (part: number, of: number) => string;
  /** `1,200 rows` */
  readonly quantity: (quantity: number) => string;
}

const TEXTS: Readonly<Record<CollectProgress['unit'], UnitTexts>> = {
  bytes: { share: (part, of) => `${bytesText(part)} of ${bytesText(of)}`, quantity: bytesText },
  rows: {
    share: (part, of) => `${count(part)} of ${countOf(of, 'row')}`,
    quantity: (rows) => countOf(Math.round(rows), 'row'),
  },
};

/** `collecting  ███░░░░░   41 %  74 MB of 177 MB · 312 MB/s`, as far as there is room. */
export function collectProgressText(
  { phase, unit, done, of }: CollectProgress,
  { elapsedMs, columns, colors }: ProgressLook,
): string {
  if (of === 0) return phase;
  const { share, quantity } = TEXTS[unit];
  // what is read twice counts once
  const part = Math.min(done, of);
  const bar = barOf({ part, of }, columns);
  const details = [
    `${percent({ part, of })}  ${share(part, of)}`,
    ...(elapsedMs > 0 ? [`${quantity((1_000 * part) / elapsedMs)}/s`] : []),
  ];
  return painted(whatFits(`${phase}  ${bar.text}  `, details, columns), bar, colors);
}
