/** One input row as a model sees it: `request` and the row's other top-level fields, raw. */
export interface AnswerRow {
  readonly request: Readonly<Record<string, unknown>>;
  readonly key?: unknown;
  readonly [field: string]: unknown;
}

export interface AnswerContext {
  /** The model as the job names it. */
  readonly model: string;
  readonly jobName: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The row's place in the input, from 0. */
  readonly index: number;
  /** How many jobs were created before this one. */
  readonly jobIndex: number;
}

/**
 * What a row is answered with: a text · an object, as JSON text · no candidates, with a reason · a failed row, by HTTP code or by the
 * text of its status · a whole `GenerateContentResponse` · `undefined` for the default model's answer.
 */
export type AnswerValue =
  | string
  | { readonly blockReason: string }
  | { readonly status: string | number }
  | { readonly response: object }
  | object
  | undefined;

/** The emulated model. */
export type Answer = (row: AnswerRow, context: AnswerContext) => AnswerValue | Promise<AnswerValue>;
