import { count } from '../../domain/count-text';
import { dollarsText } from '../../domain/dollars-text';
import { countOf, tokensText } from './quantities';

/** What a run will take and cost, roughly, as `run --json` prints it. */
export interface RunEstimate {
  readonly rows: number;
  /** Jobs that the input makes, at least. */
  readonly parts: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Rows that set no `maxOutputTokens`, or have media. */
  readonly unboundedRows: number;
  /** null for a model without a price, never 0; `highUsd` is null where rows have no bound. */
  readonly cost: {
    readonly usd: number;
    readonly lowUsd: number;
    readonly highUsd: number | null;
    readonly priceTable: string;
  } | null;
}

/** In two lines: what is expected, and how far from it the truth may be. */
export function estimateText(estimate: RunEstimate, maxCostUsd: number | null = null): readonly [string, string] {
  const { rows, parts, promptTokens, outputTokens, cost } = estimate;
  const tokens = `~${tokensText(promptTokens)} tokens in, ~${tokensText(outputTokens)} out`;
  const size = `${countOf(rows, 'row')} in ${countOf(parts, 'job')}`;
  if (cost === null)
    return [
      `${tokens} · cost unknown`,
      `${size} · the price table has nothing for this model, or for its audio: give one with --prices`,
    ];
  const most = maxCostUsd === null ? '' : ` of ${dollarsText(maxCostUsd)}`;
  return [
    `${tokens} · ~${dollarsText(cost.usd)}${most} (prices of ${cost.priceTable})`,
    `${size} · at least ${dollarsText(cost.lowUsd)} · ${highText(estimate.unboundedRows, cost.highUsd)}`,
  ];
}

function highText(unboundedRows: number, highUsd: number | null): string {
  if (highUsd !== null) return `at most ${dollarsText(highUsd)}`;
  return `at most unknown: maxOutputTokens missing, or media, in ${count(unboundedRows)} of them`;
}
