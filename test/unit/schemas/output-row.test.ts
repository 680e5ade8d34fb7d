import { describe, expect, it } from 'vitest';
import { classifyOutputRow } from '../../../src/schemas/output-row';

const provisioning = 'Service agents are being provisioned (https://cloud.google.com/vertex-ai/docs). Please wait.';

function refused(status: unknown): unknown {
  return { status, request: {}, response: {} };
}

function responded(response: unknown): unknown {
  return { status: '', processed_time: '2024-11-01T18:13:16.826+00:00', request: {}, response };
}

function candidate(finishReason: string | null, parts: unknown, more: object = {}): unknown {
  return responded({ candidates: [{ finishReason, content: { role: 'model', parts }, ...more }], modelVersion: 'm@1' });
}

describe('a row with a status is failed', () => {
  it.each([
    [
      'Bad Request: {"error": {"code": 400, "message": "Please use a valid role: user, model.", "status": "INVALID_ARGUMENT"}}',
      400,
      'INVALID_ARGUMENT',
      'Please use a valid role: user, model.',
      false,
    ],
    [
      `Bad Request: {"error": {"code": 400, "message": "${provisioning}", "status": "FAILED_PRECONDITION"}}`,
      400,
      'FAILED_PRECONDITION',
      provisioning,
      true,
    ],
    [
      'Bad Request: {"error": {"code": 400, "message": "other", "status": "FAILED_PRECONDITION"}}',
      400,
      'FAILED_PRECONDITION',
      'other',
      false,
    ],
    [
      'RESOURCE_EXHAUSTED error occurred: {"error": {"code": 429, "message": "quota", "status": "RESOURCE_EXHAUSTED"}}',
      429,
      'RESOURCE_EXHAUSTED',
      'quota',
      true,
    ],
    ['RESOURCE_EXHAUSTED error occurred: {"code": 429, "message": "quota"}', 429, 'RESOURCE_EXHAUSTED', 'quota', true],
    [
      "RESOURCE_EXHAUSTED error occurred: {'error': {'code': 429}}",
      429,
      'RESOURCE_EXHAUSTED',
      "RESOURCE_EXHAUSTED error occurred: {'error': {'code': 429}}",
      true,
    ],
    ['RESOURCE_EXHAUSTED', 429, 'RESOURCE_EXHAUSTED', 'RESOURCE_EXHAUSTED', true],
    ['Bad Request', 400, 'INVALID_ARGUMENT', 'Bad Request', false],
    ['Internal: {"error": {"code": 500, "message": "m", "status": "INTERNAL"}}', 500, 'INTERNAL', 'm', true],
    ['{"error": {"code": 503, "message": "m"}}', 503, 'UNAVAILABLE', 'm', true],
    ['x: {"error": {"code": "504", "message": "m"}}', 504, 'DEADLINE_EXCEEDED', 'm', true],
    [
      'x: {"error": {"code": 403, "message": "m", "status": "PERMISSION_DENIED"}}',
      403,
      'PERMISSION_DENIED',
      'm',
      false,
    ],
    ['x: {"error": {"code": 404, "message": "m", "status": "NOT_FOUND"}}', 404, 'NOT_FOUND', 'm', false],
    ['the dog ate it', null, 'UNKNOWN', 'the dog ate it', false],
    [
      'cut off: {"error": {"code": 400, "mess',
      400,
      'INVALID_ARGUMENT',
      'cut off: {"error": {"code": 400, "mess',
      false,
    ],
  ])('%s', (status, code, word, message, retryable) => {
    expect(classifyOutputRow(refused(status))).toMatchObject({
      kind: 'failed',
      code,
      status: word,
      message,
      retryable,
    });
  });

  it('takes a google.rpc.Status in place of text, its gRPC code read as an HTTP status', () => {
    expect(classifyOutputRow(refused({ code: 8, message: 'quota' }))).toMatchObject({
      kind: 'failed',
      code: 429,
      status: 'RESOURCE_EXHAUSTED',
      message: 'quota',
      retryable: true,
    });
  });

  it('is failed even when a response stands beside the status, as the service runs such rows again', () => {
    const row = { status: 'UNAVAILABLE', response: { candidates: [{ content: { parts: [{ text: 'half' }] } }] } };
    expect(classifyOutputRow(row)).toMatchObject({ kind: 'failed', status: 'UNAVAILABLE' });
  });
});

describe('a finish reason', () => {
  const text = [{ text: 'Hello' }];
  it.each([
    [
      'STOP',
      text,
      { kind: 'answered', text: 'Hello', finishReason: 'STOP', wholeResponse: false, modelVersion: 'm@1' },
    ],
    ['FINISH_REASON_STOP', text, { kind: 'answered', finishReason: 'STOP' }],
    [null, text, { kind: 'answered', finishReason: null }],
    ['A_REASON_ADDED_LATER', text, { kind: 'answered', finishReason: 'A_REASON_ADDED_LATER' }],
    ['MAX_TOKENS', text, { kind: 'answered', finishReason: 'MAX_TOKENS' }],
    ['MAX_TOKENS', [], { kind: 'failed', status: 'MAX_TOKENS', retryable: false }],
    ['MAX_TOKENS', [{ text: 'thinking', thought: true }], { kind: 'failed', status: 'MAX_TOKENS', retryable: false }],
    ['STOP', [], { kind: 'failed', status: 'EMPTY_ANSWER', retryable: true }],
    ['STOP', [{ text: ' \n' }], { kind: 'failed', status: 'EMPTY_ANSWER', retryable: true }],
    ['STOP', [{ text: null, inlineData: null }], { kind: 'failed', status: 'EMPTY_ANSWER', retryable: true }],
    ['OTHER', [], { kind: 'failed', status: 'OTHER', retryable: true }],
    ['NO_IMAGE', [], { kind: 'failed', status: 'NO_IMAGE', retryable: true }],
    ['MALFORMED_FUNCTION_CALL', [], { kind: 'failed', status: 'MALFORMED_FUNCTION_CALL', retryable: true }],
    ['MALFORMED_FUNCTION_CALL', text, { kind: 'failed', status: 'MALFORMED_FUNCTION_CALL', retryable: true }],
    ['SAFETY', text, { kind: 'blocked', status: 'SAFETY' }],
    ['SAFETY', [], { kind: 'blocked', status: 'SAFETY' }],
    ['RECITATION', [], { kind: 'blocked', status: 'RECITATION' }],
    ['BLOCKLIST', [], { kind: 'blocked', status: 'BLOCKLIST' }],
    ['PROHIBITED_CONTENT', [], { kind: 'blocked', status: 'PROHIBITED_CONTENT' }],
    ['IMAGE_PROHIBITED_CONTENT', [], { kind: 'blocked', status: 'IMAGE_PROHIBITED_CONTENT' }],
    ['SPII', [], { kind: 'blocked', status: 'SPII' }],
    ['MODEL_ARMOR', [], { kind: 'blocked', status: 'MODEL_ARMOR' }],
  ])('%s with %j', (finishReason, parts, expected) => {
    expect(classifyOutputRow(candidate(finishReason, parts))).toMatchObject(expected);
  });

  it('without content at all is no answer', () => {
    const row = responded({ candidates: [{ finishReason: 'STOP' }] });
    expect(classifyOutputRow(row)).toMatchObject({ kind: 'failed', status: 'EMPTY_ANSWER', retryable: true });
  });
});

describe('a response', () => {
  it.each([
    [
      'a blocked prompt',
      { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } },
      { kind: 'blocked', status: 'PROHIBITED_CONTENT' },
    ],
    [
      'a blocked prompt in snake_case',
      { prompt_feedback: { block_reason: 'JAILBREAK', block_reason_message: 'no' } },
      { kind: 'blocked', status: 'JAILBREAK', message: 'no' },
    ],
    [
      'feedback without a reason',
      { promptFeedback: { blockReason: 'BLOCKED_REASON_UNSPECIFIED' } },
      { kind: 'failed', status: 'EMPTY_ANSWER' },
    ],
    [
      'no candidates',
      { candidates: [], usageMetadata: { promptTokenCount: 3 } },
      { kind: 'failed', status: 'EMPTY_ANSWER', retryable: true },
    ],
    ['nothing', {}, { kind: 'failed', status: 'EMPTY_ANSWER', retryable: true }],
  ])('with %s', (_, response, expected) => {
    expect(classifyOutputRow(responded(response))).toMatchObject(expected);
  });

  it.each([
    ['an image', [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }], {}, ''],
    [
      'an image in snake_case',
      [{ text: 'see ' }, { inline_data: { mime_type: 'image/png', data: 'AA==' } }],
      {},
      'see ',
    ],
    ['a function call', [{ functionCall: { name: 'f' } }], {}, ''],
    ['thoughts', [{ text: 'hm', thought: true }, { text: 'yes' }], {}, 'yes'],
    ['grounding', [{ text: 'yes' }], { groundingMetadata: { webSearchQueries: ['q'] } }, 'yes'],
  ])('with %s is kept whole', (_, parts, more, text) => {
    expect(classifyOutputRow(candidate('STOP', parts, more))).toMatchObject({
      kind: 'answered',
      text,
      wholeResponse: true,
    });
  });

  it('with more candidates than one is kept whole, its text the first one’s', () => {
    const one = (text: string) => ({ content: { parts: [{ text }] }, finishReason: 'STOP' });
    expect(classifyOutputRow(responded({ candidates: [one('a'), one('b')] }))).toMatchObject({
      text: 'a',
      wholeResponse: true,
    });
  });

  it('whose other fields are filled with null holds nothing but its text', () => {
    const parts = [{ text: 'a', inlineData: null, functionCall: null, thought: null }, { text: 'b' }];
    const row = candidate('STOP', parts, { groundingMetadata: null, citationMetadata: { citations: [] } });
    expect(classifyOutputRow(row)).toMatchObject({ kind: 'answered', text: 'ab', wholeResponse: false });
  });

  it('counts tokens in either casing, as numbers or strings, and adds a total that is left out', () => {
    const usage = { prompt_token_count: '7', candidates_token_count: 5, thoughtsTokenCount: 2 };
    const row = responded({ candidates: [{ content: { parts: { text: 'a' } } }], usage_metadata: usage });
    expect(classifyOutputRow(row)).toMatchObject({
      kind: 'answered',
      usage: {
        promptTokenCount: 7,
        candidatesTokenCount: 5,
        thoughtsTokenCount: 2,
        cachedContentTokenCount: 0,
        totalTokenCount: 14,
      },
    });
  });
});

it.each([null, 3, 'text', []])('%j is no row', (row) => {
  expect(classifyOutputRow(row)).toMatchObject({ kind: 'failed', status: 'UNREADABLE_ROW', retryable: false });
});
