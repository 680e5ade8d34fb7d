/** What a million tokens cost in batch, in whole micro-USD. */
export interface TokenPrices {
  /** Text, images, video, and what tools add to the prompt. */
  readonly input: number;
  /** Candidates and thoughts. */
  readonly output: number;
  readonly cachedInput: number;
  /** null where audio has a price that nobody knows. */
  readonly audioInput: number | null;
}

export interface ModelPrice extends TokenPrices {
  /** For all tokens of a request whose prompt is longer than {@link LONG_PROMPT_TOKENS}; null where that makes no difference. */
  readonly above200k: TokenPrices | null;
  /** Last day, `2026-12-31`; null for as long as nobody says otherwise. */
  readonly until: string | null;
}

export interface PriceTable {
  /** Day on which the prices were put together: the name of the table. */
  readonly date: string;
  /** By the model's name, such as `gemini-2.5-flash`; the first price that is valid on a day counts. */
  readonly models: ReadonlyMap<string, readonly ModelPrice[]>;
}

export const LONG_PROMPT_TOKENS = 200_000;

const GOOGLE_MODEL = /^(?:projects\/[^/]+\/locations\/[^/]+\/)?(?:publishers\/google\/)?(?:models\/)?([^/]+)$/;

/**
 * The price of a model on a day; `undefined` where the table has none. A name is looked up as it stands, then without what leads to
 * it, `@default` and the like, and a version such as `-001`. Previews, other publishers' models and tuned ones are only what the
 * table calls by that very name.
 */
export function priceOf({ models }: PriceTable, model: string, day: string): ModelPrice | undefined {
  const name = namesOf(model).find((candidate) => models.has(candidate));
  const prices = name === undefined ? [] : (models.get(name) ?? []);
  return prices.find(({ until }) => until === null || day <= until);
}

function namesOf(model: string): readonly string[] {
  const bare = isTuned(model) ? undefined : GOOGLE_MODEL.exec(model)?.[1];
  if (bare === undefined) return [model];
  const unpinned = bare.replace(/@[\w.-]+$/, '');
  return [model, bare, unpinned, unpinned.replace(/-\d{3}$/, '')];
}

/** Whether a model is the caller's own, and priced as nobody else's. */
export function isTuned(model: string): boolean {
  return /^projects\/[^/]+\/locations\/[^/]+\/models\//.test(model);
}

/** The day of a moment, as price tables count them. */
export function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
