import type { BatchResult } from '../messages';

interface PartCost {
  readonly microsUsd: number;
  readonly priceTable: string;
}

/** What a run cost; null unless the cost of every part is known, and nothing settled costs nothing that is known. */
export function costOfParts(parts: readonly (PartCost | null)[]): BatchResult['cost'] {
  const known = parts.filter((part) => part !== null);
  const priceTable = known.at(-1)?.priceTable;
  if (priceTable === undefined || known.length < parts.length) return null;
  const micros = known.reduce((sum, { microsUsd }) => sum + microsUsd, 0);
  return { usd: micros / 1_000_000, estimatedUsd: null, priceTable };
}
