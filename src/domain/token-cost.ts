import { LONG_PROMPT_TOKENS, type ModelPrice, type TokenPrices } from './price-table';
import type { TokenUsage } from './usage';

/** Tokens by what they are billed as. */
export interface BilledTokens {
  readonly input: number;
  readonly audioInput: number;
  readonly cachedInput: number;
  readonly output: number;
}

const KINDS = ['input', 'audioInput', 'cachedInput', 'output'] as const satisfies readonly (keyof BilledTokens)[];

export const NOTHING_BILLED: BilledTokens = { input: 0, audioInput: 0, cachedInput: 0, output: 0 };

export function addBilled(left: BilledTokens, right: BilledTokens): BilledTokens {
  return {
    input: left.input + right.input,
    audioInput: left.audioInput + right.audioInput,
    cachedInput: left.cachedInput + right.cachedInput,
    output: left.output + right.output,
  };
}

/**
 * What the tokens of one request are billed as. Cached tokens are part of the prompt's, and taken for text as far as there is text:
 * audio at its full price is never less than what is billed.
 */
export function billedTokens(usage: TokenUsage, promptAudioTokens: number): BilledTokens {
  const { promptTokenCount, cachedContentTokenCount, toolUsePromptTokenCount } = usage;
  const audioInput = Math.min(promptAudioTokens, promptTokenCount);
  const cachedInput = Math.min(cachedContentTokenCount, promptTokenCount - audioInput);
  return {
    input: promptTokenCount - audioInput - cachedInput + toolUsePromptTokenCount,
    audioInput,
    cachedInput,
    output: usage.candidatesTokenCount + usage.thoughtsTokenCount,
  };
}

/** Whether a request is billed at the prices for long prompts, where its model has such. */
export function isLongPrompt({ promptTokenCount }: Pick<TokenUsage, 'promptTokenCount'>): boolean {
  return promptTokenCount > LONG_PROMPT_TOKENS;
}

/** Millionths of a micro-USD; `undefined` where one of the tokens has no known price. */
export function costOf(tokens: BilledTokens, price: ModelPrice, isLong: boolean): bigint | undefined {
  const prices: TokenPrices = isLong ? (price.above200k ?? price) : price;
  let cost = 0n;
  for (const kind of KINDS) {
    if (tokens[kind] === 0) continue;
    const perMillion = prices[kind];
    if (perMillion === null) return undefined;
    cost += BigInt(tokens[kind]) * BigInt(perMillion);
  }
  return cost;
}

/** Whole micro-USD, rounded up. */
export function microsOf(cost: bigint): number {
  return Number((cost + 999_999n) / 1_000_000n);
}
