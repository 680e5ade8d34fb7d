import type { TokenUsage } from './usage';

/** What became of a row, as its output line tells. */
export type RowOutcome = AnsweredRow | BlockedRow | FailedRow;

export interface AnsweredRow {
  readonly kind: 'answered';
  /** Text parts of the first candidate, joined; thoughts are left out. */
  readonly text: string;
  /** Without the prefix `FINISH_REASON_` that Google's pages print. */
  readonly finishReason: string | null;
  readonly modelVersion: string | null;
  readonly usage: TokenUsage | null;
  /** Those of the prompt's tokens that are audio; left out where the service counts none. */
  readonly promptAudioTokens?: number;
  /** `text` doesn't hold all of the answer: the response is to be kept whole. */
  readonly wholeResponse: boolean;
}

/** The prompt or the answer was withheld; the same request would be withheld again. */
interface BlockedRow {
  readonly kind: 'blocked';
  /** A block or finish reason in Google's words, such as `SAFETY`. */
  readonly status: string;
  readonly message: string;
  readonly modelVersion: string | null;
  readonly usage: TokenUsage | null;
  /** Those of the prompt's tokens that are audio; left out where the service counts none. */
  readonly promptAudioTokens?: number;
}

export interface FailedRow {
  readonly kind: 'failed';
  /** HTTP status, or null where there was none. */
  readonly code: number | null;
  /** Google's status word, a finish reason, or one of ours such as `EMPTY_ANSWER`. */
  readonly status: string;
  readonly message: string;
  /** Whether the same request may do better in another job. */
  readonly retryable: boolean;
  readonly modelVersion: string | null;
  readonly usage: TokenUsage | null;
  /** Those of the prompt's tokens that are audio; left out where the service counts none. */
  readonly promptAudioTokens?: number;
}

/** `google.rpc.Code` by number, with the HTTP status that Google's APIs answer for it. */
const RPC_STATUSES = [
  ['OK', 200],
  ['CANCELLED', 499],
  ['UNKNOWN', 500],
  ['INVALID_ARGUMENT', 400],
  ['DEADLINE_EXCEEDED', 504],
  ['NOT_FOUND', 404],
  ['ALREADY_EXISTS', 409],
  ['PERMISSION_DENIED', 403],
  ['RESOURCE_EXHAUSTED', 429],
  ['FAILED_PRECONDITION', 400],
  ['ABORTED', 409],
  ['OUT_OF_RANGE', 400],
  ['UNIMPLEMENTED', 501],
  ['INTERNAL', 500],
  ['UNAVAILABLE', 503],
  ['DATA_LOSS', 500],
  ['UNAUTHENTICATED', 401],
] as const;

const HTTP_WORDS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

const RETRYABLE_CODES: ReadonlySet<number> = new Set([408, 429, 499, 500, 502, 503, 504]);
const RETRYABLE_WORDS: ReadonlySet<string> = new Set([
  'ABORTED',
  'CANCELLED',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
  'RESOURCE_EXHAUSTED',
  'UNAVAILABLE',
]);

/** Finish reasons that withhold an answer, whatever part of it was given. */
const WITHHELD: ReadonlySet<string> = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MODEL_ARMOR',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
]);

/** Finish reasons with which an answer can't be used, even where parts of it were given. */
const BROKEN_OFF: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'MALFORMED_RESPONSE',
]);

/** A second sampling may give what the first didn't; a limit that was reached will be reached again, and billed again. */
const POINTLESS_TO_REPEAT: ReadonlySet<string> = new Set(['MAX_TOKENS', 'LANGUAGE']);

/** What a finish reason makes of a candidate with or without usable content. */
export type FinishMeaning = 'answered' | 'blocked' | 'retryable' | 'final';

export function meaningOfFinish(finishReason: string | null, hasContent: boolean): FinishMeaning {
  if (finishReason !== null && WITHHELD.has(finishReason)) return 'blocked';
  if (finishReason !== null && BROKEN_OFF.has(finishReason)) return 'retryable';
  if (hasContent) return 'answered';
  return finishReason !== null && POINTLESS_TO_REPEAT.has(finishReason) ? 'final' : 'retryable';
}

/** An HTTP status and a status word, completed from each other; a gRPC code counts as its HTTP status. */
export function completedStatus(
  code: number | null,
  word: string | null,
): { code: number | null; status: string | null } {
  const byNumber = code !== null && code > 0 && code < RPC_STATUSES.length ? RPC_STATUSES[code] : undefined;
  if (byNumber) return { code: byNumber[1], status: word ?? byNumber[0] };
  const byWord = RPC_STATUSES.find(([name]) => name === word);
  return {
    code: code ?? byWord?.[1] ?? null,
    status: word ?? (code === null ? null : (HTTP_WORDS[code] ?? null)),
  };
}

/** The status word that stands somewhere in a text that is no JSON. */
export function statusWordIn(text: string): string | null {
  return RPC_STATUSES.find(([name]) => name !== 'OK' && new RegExp(`\\b${name}\\b`).test(text))?.[0] ?? null;
}

/** Whether a row that the service refused with this error may be accepted in another job. */
export function isRetryableError(code: number | null, status: string | null, message: string): boolean {
  if (code !== null && RETRYABLE_CODES.has(code)) return true;
  if (status !== null && RETRYABLE_WORDS.has(status)) return true;
  return status === 'FAILED_PRECONDITION' && /being provisioned/i.test(message);
}
