import type { BatchProgress } from '../messages';
import { dollarsText } from './dollars-text';
import { totalOf } from './outcome';

type Cost = NonNullable<BatchProgress['cost']>;

/** `cost $21.12 (estimated $21.60, prices of 2026-11-01)`; the estimate alone while nothing else is known. */
export function costText({ usd, estimatedUsd, priceTable }: Cost, of: 'all' | 'part' = 'all'): string {
  const prices = `prices of ${priceTable}`;
  if (usd === null) return `estimated cost ${dollarsText(estimatedUsd)} (${prices})`;
  const estimate = estimatedUsd === null ? '' : `estimated ${dollarsText(estimatedUsd)}, `;
  return `cost ${of === 'part' ? 'so far ' : ''}${dollarsText(usd)} (${estimate}${prices})`;
}

/** The same of a run that may go on; `undefined` while nothing is known. */
export function costTextOf({ cost, closed, books, rows }: BatchProgress): string | undefined {
  if (cost === undefined) return undefined;
  const isPart = closed === undefined && (books === null || totalOf(books) < (rows.input ?? 0));
  return costText(cost, isPart ? 'part' : 'all');
}
