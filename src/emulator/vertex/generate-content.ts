import type { RowOutcome } from '../scenario';
import { hashOf } from '../seeded-random';
import type { AnswerValue } from './answer';
import { functionCall, IMAGE, jsonAnswer, promptOf, textAnswer, tokensOf } from './default-model';
import { isObject } from './known-fields';
import { fieldsOf, listOf } from './request/request-fields';
import { badRequest, provisioningStatus, statusTextOf } from './row-status';

/** What a row comes to: the two fields of its output, `status` being empty when there is a response. */
export type RowAnswer = { readonly status: string } | { readonly response: object };

type Message = Readonly<Record<string, unknown>>;

interface Candidate {
  readonly parts: readonly object[] | undefined;
  readonly finishReason: string;
  readonly tokens: number;
}

/** How many a request may ask for is not published; a response must stay a response. */
const MAX_CANDIDATES = 8;

/** The row's answer by rule, or `undefined` where the rule leaves the row to the model. */
export function ruledAnswer(outcome: RowOutcome | undefined, request: Message, model: string): RowAnswer | undefined {
  if (outcome === undefined) return undefined;
  const fields = fieldsOf(request);
  const prompt = promptOf(fields);
  switch (outcome) {
    case 'blocked':
      return { response: blockedResponse('PROHIBITED_CONTENT', prompt, model) };
    case 'safety':
      return { response: responseWith({ parts: undefined, finishReason: 'SAFETY', tokens: 0 }, fields, prompt, model) };
    case 'max-tokens':
      return { response: responseWith(truncated(prompt), fields, prompt, model) };
    case 'max-tokens-empty':
      return {
        response: responseWith({ parts: undefined, finishReason: 'MAX_TOKENS', tokens: 0 }, fields, prompt, model),
      };
    case 'image':
      return { response: responseWith(imageCandidate(), fields, prompt, model) };
    case 'function-call':
      return { response: responseWith(callCandidate(fields, prompt), fields, prompt, model) };
    case 'bad-request':
      return { status: badRequest('Request contains an invalid argument.') };
    case 'resource-exhausted':
      return { status: statusTextOf(429) };
    case 'unavailable':
      return { status: statusTextOf(503) };
    case 'provisioning':
      return { status: provisioningStatus() };
    default:
      return undefined;
  }
}

/** The row's answer as the replaceable model gave it; `undefined` asks for the default. */
export function modelAnswer(value: AnswerValue, request: Message, model: string): RowAnswer {
  const fields = fieldsOf(request);
  const prompt = promptOf(fields);
  if (value === undefined) return { response: responseWith(defaultCandidate(fields, prompt), fields, prompt, model) };
  const special = typeof value === 'string' ? undefined : specialAnswer(value, prompt, model);
  if (special !== undefined) return special;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { response: responseWith(textCandidate(text), fields, prompt, model) };
}

function specialAnswer(value: object, prompt: string, model: string): RowAnswer | undefined {
  const entries = Object.entries(value);
  const [name, content] = entries[0] ?? [];
  if (entries.length !== 1) return undefined;
  if (name === 'blockReason' && typeof content === 'string')
    return { response: blockedResponse(content, prompt, model) };
  if (name === 'status' && (typeof content === 'string' || typeof content === 'number'))
    return { status: statusTextOf(content) };
  return name === 'response' && isObject(content) ? { response: content } : undefined;
}

function defaultCandidate(request: Message, prompt: string): Candidate {
  const config = fieldsOf(request['generationConfig']);
  if (listOf(config['responseModalities']).includes('IMAGE')) return imageCandidate();
  if (listOf(request['tools']).length > 0 && functionCall(request, prompt) !== undefined)
    return callCandidate(request, prompt);
  return textCandidate(jsonAnswer(config, prompt) ?? textAnswer(prompt));
}

function textCandidate(text: string): Candidate {
  return { parts: [{ text }], finishReason: 'STOP', tokens: tokensOf(text) };
}

function truncated(prompt: string): Candidate {
  const text = textAnswer(prompt);
  return { ...textCandidate(text.slice(0, Math.ceil(text.length / 2))), finishReason: 'MAX_TOKENS' };
}

function imageCandidate(): Candidate {
  return { parts: [{ inlineData: IMAGE }], finishReason: 'STOP', tokens: 1290 };
}

function callCandidate(request: Message, prompt: string): Candidate {
  const call = functionCall(request, prompt) ?? { name: 'undeclared', args: {} };
  return { parts: [{ functionCall: call }], finishReason: 'STOP', tokens: tokensOf(JSON.stringify(call)) };
}

function responseWith(candidate: Candidate, request: Message, prompt: string, model: string): object {
  const config = fieldsOf(request['generationConfig']);
  const count = Math.min(MAX_CANDIDATES, Math.max(1, Number(config['candidateCount'] ?? 1)));
  const candidates = Array.from({ length: count }, (_, index) =>
    candidateJson(candidate, prompt, count > 1 ? index : undefined),
  );
  return {
    candidates,
    modelVersion: versionOf(model),
    usageMetadata: usageOf(candidate.tokens * count, config, prompt),
  };
}

function candidateJson(candidate: Candidate, prompt: string, index: number | undefined): object {
  const probability = candidate.finishReason === 'SAFETY' ? 'HIGH' : undefined;
  return {
    ...(candidate.parts !== undefined && { avgLogprobs: -((hashOf(prompt) % 9000) + 500) / 10_000 }),
    ...(candidate.parts !== undefined && { content: { parts: candidate.parts, role: 'model' } }),
    finishReason: candidate.finishReason,
    ...(index !== undefined && { index }),
    ...(probability !== undefined && {
      safetyRatings: [{ category: 'HARM_CATEGORY_DANGEROUS_CONTENT', probability, blocked: true }],
    }),
  };
}

function usageOf(candidatesTokenCount: number, config: Message, prompt: string): object {
  const promptTokenCount = tokensOf(prompt);
  const thinking = fieldsOf(config['thinkingConfig']);
  const thinks = Object.keys(thinking).length > 0 && thinking['thinkingBudget'] !== 0;
  const thoughtsTokenCount = thinks ? 16 + (hashOf(prompt) % 240) : 0;
  return {
    ...(candidatesTokenCount > 0 && { candidatesTokenCount }),
    promptTokenCount,
    ...(thinks && { thoughtsTokenCount }),
    totalTokenCount: promptTokenCount + candidatesTokenCount + thoughtsTokenCount,
  };
}

function blockedResponse(blockReason: string, prompt: string, model: string): object {
  const promptTokenCount = tokensOf(prompt);
  return {
    modelVersion: versionOf(model),
    promptFeedback: { blockReason },
    usageMetadata: { promptTokenCount, totalTokenCount: promptTokenCount },
  };
}

/** `gemini-2.0-flash-001@default`, as the samples have it. */
function versionOf(model: string): string {
  const id = model.slice(model.lastIndexOf('/') + 1);
  return id.includes('@') ? id : `${id}@default`;
}
