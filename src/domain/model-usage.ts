import { dayOf, isTuned, type PriceTable, priceOf } from './price-table';
import {
  addBilled,
  type BilledTokens,
  billedTokens,
  costOf,
  isLongPrompt,
  microsOf,
  NOTHING_BILLED,
} from './token-cost';
import { addUsage, NO_USAGE, type TokenUsage } from './usage';

/** Tokens of one version of a model. */
export interface ModelUsage {
  /** As answers name it, such as `gemini-2.5-flash`; null for those that name none. */
  readonly modelVersion: string | null;
  readonly usage: TokenUsage;
  /** Those of requests with short prompts, and with long ones. */
  readonly billed: { readonly short: BilledTokens; readonly long: BilledTokens };
}

/** Adds up the tokens of rows by what answered them. */
export class UsageSums {
  readonly #models = new Map<string | null, ModelSums>();

  add(modelVersion: string | null, usage: TokenUsage, promptAudioTokens: number): void {
    const sums = this.#models.get(modelVersion) ?? { usage: NO_USAGE, short: NOTHING_BILLED, long: NOTHING_BILLED };
    this.#models.set(modelVersion, sums);
    sums.usage = addUsage(sums.usage, usage);
    const tokens = billedTokens(usage, promptAudioTokens);
    if (isLongPrompt(usage)) sums.long = addBilled(sums.long, tokens);
    else sums.short = addBilled(sums.short, tokens);
  }

  get models(): readonly ModelUsage[] {
    return Array.from(this.#models, ([modelVersion, { usage, short, long }]) => ({
      modelVersion,
      usage,
      billed: { short, long },
    }));
  }
}

interface ModelSums {
  usage: TokenUsage;
  short: BilledTokens;
  long: BilledTokens;
}

/** What the rows cost, in whole micro-USD; null where a model, or what it was given, has no known price. */
export function costOfModels(
  models: readonly ModelUsage[],
  { table, model, now }: { readonly table: PriceTable; readonly model: string; readonly now: number },
): number | null {
  const day = dayOf(now);
  if (models.length === 0) return priceOf(table, model, day) === undefined ? null : 0;
  let sum = 0n;
  for (const { modelVersion, billed } of models) {
    const price = priceOf(table, isTuned(model) ? model : (modelVersion ?? model), day);
    const short = price && costOf(billed.short, price, false);
    const long = price && costOf(billed.long, price, true);
    if (short === undefined || long === undefined) return null;
    sum += short + long;
  }
  return microsOf(sum);
}
