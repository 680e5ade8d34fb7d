import type { TokenUsage } from '../messages';
import type { RowSource } from './part-index';

/** One line of `results/part-*.jsonl`: an answered row. */
export interface ResultRow {
  /** The caller's own key. */
  readonly key: string;
  readonly outcome: 'answered';
  readonly source: RowSource;
  /** The input row's other top-level fields. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Text parts of the first candidate, joined; thoughts are left out. */
  readonly text: string;
  /** Parsed answer, where there is a schema. */
  readonly output?: unknown;
  readonly finishReason: string | null;
  readonly modelVersion: string | null;
  readonly usage: TokenUsage | null;
  /** The service's own response, whenever `text` doesn't hold all of it. */
  readonly response?: unknown;
}

/** One line of `errors.jsonl`: a row without an answer. */
export interface ErrorRow {
  readonly key: string;
  readonly outcome: 'blocked' | 'failed' | 'missing';
  readonly source: RowSource;
  readonly error: {
    /** HTTP status, or null where there was none. */
    readonly code: number | null;
    /** Google's status word, a finish or block reason, or one of ours such as `OUTPUT_MISMATCH`, `EMPTY_ANSWER`, `MISSING`, `INVALID_INPUT`. */
    readonly status: string;
    readonly message: string;
    readonly retryable: boolean;
  };
  /** 0 when it was never sent. */
  readonly round: number;
}

/** The line of a result whose text is given as a string of JSON, in pieces; the row's own text is not looked at. */
export function resultLine(
  { key, outcome, source, metadata, ...rest }: ResultRow,
  rawText: Buffer,
): readonly [string, Buffer, string] {
  const before = JSON.stringify({ key, outcome, source, metadata });
  return [`${before.slice(0, -1)},"text":`, rawText, `,${JSON.stringify({ ...rest, text: undefined }).slice(1)}`];
}
