import { addTokens, type EstimatedTokens, type InputEstimate } from './input-estimate';
import type { ModelPrice } from './price-table';
import { type BilledTokens, costOf, microsOf } from './token-cost';

/** What an input will take and cost, before anything is sent. */
export interface CostEstimate {
  readonly rows: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Rows of which nothing says how much they may take at most: they set no `maxOutputTokens`, or have media. */
  readonly unboundedRows: number;
  /** null where a price isn't known. */
  readonly micros: EstimatedMicros | null;
}

/** Whole micro-USD. */
interface EstimatedMicros {
  readonly expected: number;
  /** The prompts' text alone, at six bytes a token, and no answers. */
  readonly low: number;
  /** Text at two bytes a token, and answers as long as `maxOutputTokens` allows; null where some rows have no bound. */
  readonly high: number | null;
}

/** Of the tokens that are expected for a text, at a token for four bytes: a token for six, and one for two. Both are ours. */
const LEAST_TEXT = 2 / 3;
const MOST_TEXT = 2;

/** `price` is that of the run's model, where it is known. Cached tokens and what tools add aren't foreseen. */
export function costEstimate(input: InputEstimate, price: ModelPrice | undefined): CostEstimate {
  const { rows, unboundedRows } = input;
  const { text, media, sound, output } = addTokens(input.short, input.long);
  return {
    rows,
    promptTokens: text + media + sound,
    outputTokens: output,
    unboundedRows,
    micros: price === undefined ? null : microsAt(input, price),
  };
}

function microsAt(input: InputEstimate, price: ModelPrice): EstimatedMicros | null {
  const expected = microsOfAll(input, price, expectedOf);
  const low = microsOfAll(input, price, lowOf);
  const high = input.unboundedRows > 0 ? null : microsOfAll(input, price, highOf);
  return expected === undefined || low === undefined || high === undefined ? null : { expected, low, high };
}

function microsOfAll(
  { short, long }: InputEstimate,
  price: ModelPrice,
  billed: (tokens: EstimatedTokens) => BilledTokens,
): number | undefined {
  const ofShort = costOf(billed(short), price, false);
  const ofLong = costOf(billed(long), price, true);
  return ofShort === undefined || ofLong === undefined ? undefined : microsOf(ofShort + ofLong);
}

function expectedOf({ text, media, sound, output }: EstimatedTokens): BilledTokens {
  return { input: text + media, audioInput: sound, cachedInput: 0, output };
}

function lowOf({ text }: EstimatedTokens): BilledTokens {
  return { input: Math.floor(text * LEAST_TEXT), audioInput: 0, cachedInput: 0, output: 0 };
}

function highOf({ text, mostOutput }: EstimatedTokens): BilledTokens {
  return { input: text * MOST_TEXT, audioInput: 0, cachedInput: 0, output: mostOutput };
}
