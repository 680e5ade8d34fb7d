import type { BatchProgress, BatchResult } from '../messages';
import type { EstimatedCost } from './run-budget';

export interface CostFacts {
  /** Of each part that was settled; null where its cost isn't known. */
  readonly parts: readonly ({ readonly microsUsd: number; readonly priceTable: string } | null)[];
  /** @default null: there is none */
  readonly estimate?: EstimatedCost | null;
  /** No job was ever created. @default false */
  readonly isUnsent?: boolean;
}

/** What a run cost; null unless the cost of every part is known. Nothing settled costs nothing that is known, unless nothing was sent. */
export function costOfRun({ parts, estimate = null, isUnsent = false }: CostFacts): BatchResult['cost'] {
  const known = parts.filter((part) => part !== null);
  const priceTable = known.at(-1)?.priceTable ?? (isUnsent ? estimate?.priceTable : undefined);
  if (priceTable === undefined || known.length < parts.length) return null;
  const micros = known.reduce((sum, { microsUsd }) => sum + microsUsd, 0);
  return {
    usd: micros / 1_000_000,
    estimatedUsd: estimate === null ? null : estimate.microsUsd / 1_000_000,
    priceTable,
  };
}

/** What is known of a run that goes on: what its settled parts cost, else what is expected. */
export function costSoFar(facts: CostFacts): BatchProgress['cost'] {
  const cost = costOfRun(facts);
  if (cost !== null || facts.estimate == null) return cost ?? undefined;
  const { microsUsd, priceTable } = facts.estimate;
  return { usd: null, estimatedUsd: microsUsd / 1_000_000, priceTable };
}
