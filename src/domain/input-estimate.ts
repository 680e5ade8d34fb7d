import { LONG_PROMPT_TOKENS } from './price-table';

/**
 * What an estimate takes for granted. "Understand and count tokens" (ai.google.dev/gemini-api/docs/tokens, read 2026-11) has a token
 * for about four characters, 258 tokens for an image, 263 for a second of film and 32 for one of sound. The rest is ours.
 */
export const ASSUMED = {
  /** UTF-8 stands in for characters: scripts that take three bytes a character also take more tokens. */
  bytesPerToken: 4,
  /** An image, a page, or what else a part may be. */
  tokensPerMediaPart: 258,
  /** A minute: nothing says how long it is. */
  tokensPerFilm: 60 * 263,
  /** A minute. */
  tokensPerSound: 60 * 32,
  /** Candidates and thoughts together, for each token of the prompt; at least so many, and never more than `maxOutputTokens`. */
  outputShare: 0.25,
  leastOutputTokens: 256,
} as const;

/** What a request says of the tokens that it will take, beside its text. */
export interface RequestFacts {
  readonly mediaTokens: number;
  readonly soundTokens: number;
  /** null where the request sets no bound. */
  readonly maxOutputTokens: number | null;
  /** Answers that it asks for. */
  readonly candidates: number;
}

/** Tokens that rows will take, roughly. */
export interface EstimatedTokens {
  readonly text: number;
  /** Images, film and documents. */
  readonly media: number;
  readonly sound: number;
  readonly output: number;
  /** The output that `maxOutputTokens` allows, of the rows that have it. */
  readonly mostOutput: number;
}

/** The same for all rows of an input, apart where long prompts may have prices of their own. */
export interface InputEstimate {
  readonly rows: number;
  /** Those of which nothing says how much they may take at most: they set no `maxOutputTokens`, or have media. */
  readonly unboundedRows: number;
  readonly short: EstimatedTokens;
  readonly long: EstimatedTokens;
}

const NO_TOKENS: EstimatedTokens = { text: 0, media: 0, sound: 0, output: 0, mostOutput: 0 };

export const NOTHING_ESTIMATED: InputEstimate = { rows: 0, unboundedRows: 0, short: NO_TOKENS, long: NO_TOKENS };

export function addEstimates(one: InputEstimate, other: InputEstimate): InputEstimate {
  return {
    rows: one.rows + other.rows,
    unboundedRows: one.unboundedRows + other.unboundedRows,
    short: addTokens(one.short, other.short),
    long: addTokens(one.long, other.long),
  };
}

export function addTokens(one: EstimatedTokens, other: EstimatedTokens): EstimatedTokens {
  return {
    text: one.text + other.text,
    media: one.media + other.media,
    sound: one.sound + other.sound,
    output: one.output + other.output,
    mostOutput: one.mostOutput + other.mostOutput,
  };
}

type Mutable<Value> = { -readonly [Name in keyof Value]: Value[Name] };

/** Adds rows up, one after the other. */
export class EstimateSum {
  #rows = 0;
  #unboundedRows = 0;
  readonly #short: Mutable<EstimatedTokens> = { ...NO_TOKENS };
  readonly #long: Mutable<EstimatedTokens> = { ...NO_TOKENS };

  /** `textBytes`: UTF-8 of the request's strings, without media. */
  add(textBytes: number, { mediaTokens, soundTokens, maxOutputTokens, candidates }: RequestFacts): void {
    const text = Math.ceil(textBytes / ASSUMED.bytesPerToken);
    const prompt = text + mediaTokens + soundTokens;
    const expected = Math.max(ASSUMED.leastOutputTokens, Math.ceil(prompt * ASSUMED.outputShare));
    const sums = prompt > LONG_PROMPT_TOKENS ? this.#long : this.#short;
    sums.text += text;
    sums.media += mediaTokens;
    sums.sound += soundTokens;
    sums.output += Math.min(expected, maxOutputTokens ?? Infinity) * candidates;
    sums.mostOutput += (maxOutputTokens ?? 0) * candidates;
    this.#rows += 1;
    if (maxOutputTokens === null || mediaTokens + soundTokens > 0) this.#unboundedRows += 1;
  }

  get estimate(): InputEstimate {
    return {
      rows: this.#rows,
      unboundedRows: this.#unboundedRows,
      short: { ...this.#short },
      long: { ...this.#long },
    };
  }
}
