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

/**
 * The line of a result whose text is given as a string of JSON, in pieces; the row's own text is not looked at. The same as
 * `JSON.stringify` gives, which takes two and a half times as long.
 */
export function resultLine(row: ResultRow, rawText: Buffer): readonly [string, Buffer, string] {
  const { key, outcome, source, metadata, output, finishReason, modelVersion, usage, response } = row;
  const before = `{"key":${JSON.stringify(key)},"outcome":"${outcome}","source":{"uri":${JSON.stringify(source.uri)},"line":${source.line}},"metadata":${JSON.stringify(metadata)},"text":`;
  const after = `${member('output', output)},"finishReason":${JSON.stringify(finishReason)},"modelVersion":${JSON.stringify(modelVersion)},"usage":${usageJson(usage)}${member('response', response)}}`;
  return [before, rawText, after];
}

/** As `JSON.stringify` does, without one that is undefined. */
function member(name: string, value: unknown): string {
  return value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`;
}

function usageJson(usage: TokenUsage | null): string {
  if (usage === null) return 'null';
  const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount } = usage;
  const { cachedContentTokenCount, toolUsePromptTokenCount, totalTokenCount } = usage;
  return `{"promptTokenCount":${promptTokenCount},"candidatesTokenCount":${candidatesTokenCount},"thoughtsTokenCount":${thoughtsTokenCount},"cachedContentTokenCount":${cachedContentTokenCount},"toolUsePromptTokenCount":${toolUsePromptTokenCount},"totalTokenCount":${totalTokenCount}}`;
}
