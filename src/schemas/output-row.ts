import {
  type AnsweredRow,
  type RowOutcome,
  completedStatus,
  isRetryableError,
  meaningOfFinish,
  statusWordIn,
} from '../domain/row-outcome';
import { snakeCase } from '../domain/field-name';
import { TOKEN_KINDS, type TokenUsage, usageOf } from '../domain/usage';

type JsonObject = Readonly<Record<string, unknown>>;

/** Longest message that is kept of a row, in characters. */
const LONGEST_MESSAGE = 4_000;

/** Fields of a candidate that say more than its text. */
const BESIDE_THE_TEXT = ['groundingMetadata', 'citationMetadata', 'urlContextMetadata', 'logprobsResult'] as const;

/** Kinds of part that are an answer without being text. */
const OTHER_PARTS = ['inlineData', 'fileData', 'functionCall', 'executableCode', 'codeExecutionResult'] as const;

/** What one parsed line of a job's output says of its row. An answer without content is never `answered`. */
export function classifyOutputRow(row: unknown): RowOutcome {
  if (!isObject(row)) return failure(null, 'UNREADABLE_ROW', `The output row is no object: ${shown(row)}`, false, null);
  const status = row['status'];
  const response = objectIn(row, 'response');
  if (!isEmptyStatus(status)) return refusedRow(status, response);
  if (response === null || Object.keys(response).length === 0) {
    return failure(null, 'EMPTY_ANSWER', 'The service gave neither a response nor an error.', true, response);
  }
  return classifyResponse(response);
}

function classifyResponse(response: JsonObject): RowOutcome {
  const candidates = listIn(response, 'candidates').filter(isObject);
  const candidate = candidates[0];
  const blockReason = blockReasonOf(response);
  if (!candidate) {
    if (blockReason) return blockedPrompt(blockReason, response);
    return failure(null, 'EMPTY_ANSWER', `The service gave no candidate: ${shown(response)}`, true, response);
  }
  const parts = partsOf(candidate);
  const text = textOf(parts);
  const hasContent = text.trim() !== '' || parts.some(isOtherPart);
  if (!hasContent && blockReason) return blockedPrompt(blockReason, response);

  const finishReason = finishReasonOf(candidate);
  const detail = stringIn(candidate, 'finishMessage');
  const meaning = meaningOfFinish(finishReason, hasContent);
  if (meaning === 'answered') {
    return {
      kind: 'answered',
      text,
      finishReason,
      ...circumstancesOf(response),
      wholeResponse: candidates.length > 1 || saysMoreThanText(candidate, parts),
    };
  }
  if (meaning === 'blocked') {
    const message = detail ?? `The service withheld the answer: ${finishReason}.`;
    return {
      kind: 'blocked',
      status: finishReason ?? 'OTHER',
      message: bounded(message),
      ...circumstancesOf(response),
    };
  }
  const status = finishReason === null || finishReason === 'STOP' ? 'EMPTY_ANSWER' : finishReason;
  const message =
    detail ??
    `The answer ended with ${finishReason ?? 'no finish reason'} and ${hasContent ? 'cannot be used' : 'has no content'}.`;
  return failure(null, status, message, meaning === 'retryable', response);
}

/** `status` as the service writes it: `Bad Request: {"error": …}`, `RESOURCE_EXHAUSTED error occurred: {…}`, or words alone. */
function refusedRow(status: unknown, response: JsonObject | null): RowOutcome {
  const raw = typeof status === 'string' ? status.trim() : JSON.stringify(status);
  const brace = raw.indexOf('{');
  const words = brace < 0 ? raw : raw.slice(0, brace);
  const body = brace < 0 ? null : parsedObject(raw.slice(brace));
  const error = body === null ? null : (objectIn(body, 'error') ?? body);
  const completed = completedStatus(
    (error && numberIn(error, 'code')) ?? codeIn(raw),
    (error && stringIn(error, 'status')) ??
      statusWordIn(raw) ??
      (/^bad request\b/i.test(words) ? 'INVALID_ARGUMENT' : null),
  );
  const message = (error && stringIn(error, 'message')) ?? raw;
  const word = completed.status ?? 'UNKNOWN';
  return failure(completed.code, word, message, isRetryableError(completed.code, completed.status, raw), response);
}

function failure(
  code: number | null,
  status: string,
  message: string,
  retryable: boolean,
  response: JsonObject | null,
): RowOutcome {
  return { kind: 'failed', code, status, message: bounded(message), retryable, ...circumstancesOf(response) };
}

function blockedPrompt(reason: string, response: JsonObject): RowOutcome {
  const feedback = objectIn(response, 'promptFeedback') ?? {};
  const message = stringIn(feedback, 'blockReasonMessage') ?? `The service blocked the prompt: ${reason}.`;
  return { kind: 'blocked', status: reason, message: bounded(message), ...circumstancesOf(response) };
}

function blockReasonOf(response: JsonObject): string | null {
  const feedback = objectIn(response, 'promptFeedback');
  const reason = feedback && stringIn(feedback, 'blockReason');
  return reason === null || reason === 'BLOCK_REASON_UNSPECIFIED' || reason === 'BLOCKED_REASON_UNSPECIFIED'
    ? null
    : reason;
}

function finishReasonOf(candidate: JsonObject): string | null {
  const reason = stringIn(candidate, 'finishReason');
  return reason === null ? null : reason.replace(/^FINISH_REASON_/, '');
}

function partsOf(candidate: JsonObject): readonly JsonObject[] {
  const content = objectIn(candidate, 'content');
  if (content === null) return [];
  const parts = content['parts'];
  return (Array.isArray(parts) ? parts : [parts]).filter(isObject);
}

function textOf(parts: readonly JsonObject[]): string {
  return parts.map((part) => (part['thought'] === true ? '' : (stringIn(part, 'text') ?? ''))).join('');
}

function isOtherPart(part: JsonObject): boolean {
  return part['thought'] !== true && OTHER_PARTS.some((kind) => objectIn(part, kind) !== null);
}

function saysMoreThanText(candidate: JsonObject, parts: readonly JsonObject[]): boolean {
  return (
    parts.some((part) => part['thought'] === true || isOtherPart(part)) ||
    BESIDE_THE_TEXT.some((field) => isMeaningful(fieldIn(candidate, field)))
  );
}

type Circumstances = Pick<AnsweredRow, 'modelVersion' | 'usage' | 'promptAudioTokens'>;

function circumstancesOf(response: JsonObject | null): Circumstances {
  if (response === null) return { modelVersion: null, usage: null };
  const promptAudioTokens = audioTokensOf(response);
  return {
    modelVersion: stringIn(response, 'modelVersion'),
    usage: tokenUsageOf(response),
    ...(promptAudioTokens > 0 && { promptAudioTokens }),
  };
}

/** `usageMetadata.promptTokensDetails` has a count for each modality. */
function audioTokensOf(response: JsonObject): number {
  const metadata = objectIn(response, 'usageMetadata') ?? {};
  return listIn(metadata, 'promptTokensDetails')
    .filter(isObject)
    .filter((detail) => stringIn(detail, 'modality') === 'AUDIO')
    .reduce((sum, detail) => sum + countIn(detail, 'tokenCount'), 0);
}

/** Google leaves zeros out, and at times the total. */
function tokenUsageOf(response: JsonObject): TokenUsage | null {
  const metadata = objectIn(response, 'usageMetadata');
  if (metadata === null || TOKEN_KINDS.every((kind) => numberIn(metadata, kind) === null)) return null;
  const usage = usageOf((kind) => countIn(metadata, kind));
  if (numberIn(metadata, 'totalTokenCount') !== null) return usage;
  const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount, toolUsePromptTokenCount } = usage;
  const total = promptTokenCount + candidatesTokenCount + thoughtsTokenCount + toolUsePromptTokenCount;
  return { ...usage, totalTokenCount: total };
}

function isEmptyStatus(status: unknown): boolean {
  return status === undefined || status === null || (typeof status === 'string' && status.trim() === '');
}

function codeIn(text: string): number | null {
  const match = /["']?code["']?\s*[:=]\s*(\d{3})\b/.exec(text) ?? /\b([45]\d\d)\b/.exec(text);
  return match?.[1] === undefined ? null : Number(match[1]);
}

/** A field in either of protobuf's spellings. */
function fieldIn(object: JsonObject, camelCase: string): unknown {
  return object[camelCase] ?? object[snakeCased(camelCase)];
}

const SNAKE_CASED = new Map<string, string>();

/** There are as many as this file asks for. */
function snakeCased(camelCase: string): string {
  const known = SNAKE_CASED.get(camelCase);
  if (known !== undefined) return known;
  const spelt = snakeCase(camelCase);
  SNAKE_CASED.set(camelCase, spelt);
  return spelt;
}

function objectIn(object: JsonObject, field: string): JsonObject | null {
  const value = fieldIn(object, field);
  return isObject(value) ? value : null;
}

function listIn(object: JsonObject, field: string): readonly unknown[] {
  const value = fieldIn(object, field);
  return Array.isArray(value) ? value : [];
}

function stringIn(object: JsonObject, field: string): string | null {
  const value = fieldIn(object, field);
  return typeof value === 'string' && value !== '' ? value : null;
}

function numberIn(object: JsonObject, field: string): number | null {
  const value = fieldIn(object, field);
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** What can't be a count, such as a fraction, counts as the nearest that can. */
function countIn(object: JsonObject, field: string): number {
  return Math.min(Math.max(Math.trunc(numberIn(object, field) ?? 0), 0), Number.MAX_SAFE_INTEGER);
}

function parsedObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An echo fills fields that aren't set with null. */
function isMeaningful(value: unknown): boolean {
  return isObject(value)
    ? Object.values(value).some(isMeaningful)
    : Array.isArray(value)
      ? value.length > 0
      : value !== undefined && value !== null && value !== '';
}

function shown(value: unknown): string {
  return bounded(JSON.stringify(value) ?? String(value));
}

function bounded(message: string): string {
  return message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE)}…`;
}
