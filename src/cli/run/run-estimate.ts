import { costEstimate } from '../../domain/cost-estimate';
import { dayOf, priceOf, type PriceTable } from '../../domain/price-table';
import { estimateRefusal } from '../../domain/run-budget';
import type { Validated } from '../../input/validate-given';
import type { Output } from '../output';
import { estimateText, type RunEstimate } from '../text/estimate-text';
import { entry } from './show-started';

/** What a run of the validated input will take and cost; null where a range of it wasn't estimated. */
export function runEstimate(
  { estimate, jobs }: Pick<Validated, 'estimate' | 'jobs'>,
  model: string,
  prices: PriceTable,
): RunEstimate | null {
  if (estimate === null) return null;
  const { micros, ...tokens } = costEstimate(estimate, priceOf(prices, model, dayOf(Date.now())));
  return {
    ...tokens,
    parts: jobs,
    cost: micros && {
      usd: micros.expected / 1e6,
      lowUsd: micros.low / 1e6,
      highUsd: micros.high === null ? null : micros.high / 1e6,
      priceTable: prices.date,
    },
  };
}

/** Shows it, and whether it is above the run's bound. What isn't known here, the worker's prices may know. */
export function showEstimate(output: Output, estimate: RunEstimate, maxCostUsd: number | null): 'fits' | 'exceeds' {
  const { cost } = estimate;
  const [expected, bounds] = estimateText(estimate, maxCostUsd);
  output.print(entry(output, 'estimate', expected));
  output.print(entry(output, '', bounds));
  if (cost === null) return 'fits';
  const { usd, priceTable } = cost;
  const refusal = estimateRefusal({ microsUsd: Math.round(usd * 1e6), priceTable }, maxCostUsd);
  if (refusal === null) return 'fits';
  output.print(`\n${output.colors.red.bold('error')}[${refusal.type}] ${refusal.message}`);
  return 'exceeds';
}
