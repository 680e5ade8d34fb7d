import * as fc from 'fast-check';

type Json = Record<string, unknown>;

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const struct = fc.record({ city: text, days: fc.integer({ min: 1, max: 9 }) });
const file = fc.record({
  mimeType: fc.constantFrom('image/png', 'video/mp4', 'application/pdf'),
  fileUri: word.map((name) => `gs://bucket/${name}`),
});
const blob = fc.record({ mimeType: fc.constant('image/png'), data: fc.base64String({ minLength: 4, maxLength: 40 }) });

const part: fc.Arbitrary<Json> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ text }) },
  fc.record({ inlineData: blob }),
  fc.record(
    {
      fileData: file,
      videoMetadata: fc.record({ startOffset: fc.constantFrom('1s', '2.5s'), fps: fc.constantFrom(1, 24, 0.5) }),
      mediaResolution: fc.record({ level: fc.constantFrom('MEDIA_RESOLUTION_LOW', 'MEDIA_RESOLUTION_HIGH') }),
    },
    { requiredKeys: ['fileData'] },
  ),
  fc.record({ functionCall: fc.record({ name: word, args: struct }) }),
  fc.record({ functionResponse: fc.record({ name: word, response: struct }) }),
  fc.record({ executableCode: fc.record({ language: fc.constant('PYTHON'), code: text }) }),
  fc.record({ codeExecutionResult: fc.record({ outcome: fc.constant('OUTCOME_OK'), output: text }) }),
  fc.record({ text, thought: fc.boolean(), thoughtSignature: fc.base64String({ minLength: 4, maxLength: 8 }) }),
);

const content = fc.record(
  { role: fc.constantFrom('user', 'model'), parts: fc.array(part, { minLength: 1, maxLength: 3 }) },
  { requiredKeys: ['parts'] },
);

const schema = fc.record(
  {
    type: fc.constantFrom('OBJECT', 'object'),
    properties: fc.record({
      city: fc.record({ type: fc.constant('STRING'), minLength: fc.integer({ min: 0, max: 9 }) }),
      tags: fc.record({ type: fc.constant('ARRAY'), items: fc.constant({ type: 'STRING', enum: ['a', 'b'] }) }),
    }),
    required: fc.constant(['city']),
    nullable: fc.boolean(),
    anyOf: fc.constant([{ type: 'INTEGER', maximum: 5 }]),
  },
  { requiredKeys: ['type'] },
);

const settings = fc.record(
  {
    temperature: fc.constantFrom(0, 0.5, 1, 2),
    topP: fc.constantFrom(0.1, 1),
    topK: fc.integer({ min: 1, max: 40 }),
    candidateCount: fc.constant(1),
    maxOutputTokens: fc.integer({ min: 1, max: 8192 }),
    stopSequences: fc.array(word, { maxLength: 5 }),
    presencePenalty: fc.constantFrom(-2, 0, 1.5),
    seed: fc.integer(),
    responseMimeType: fc.constant('application/json'),
    responseSchema: schema,
    responseModalities: fc.constant(['TEXT']),
    mediaResolution: fc.constant('MEDIA_RESOLUTION_LOW'),
    thinkingConfig: fc.record({ includeThoughts: fc.boolean(), thinkingBudget: fc.integer({ min: 0, max: 999 }) }),
    speechConfig: fc.record({ voiceConfig: fc.constant({ prebuiltVoiceConfig: { voiceName: 'Kore' } }) }),
  },
  { requiredKeys: ['temperature'] },
);

const LOGPROBS = [
  {},
  {},
  {},
  { responseLogprobs: false },
  { responseLogprobs: true },
  { responseLogprobs: true, logprobs: 5 },
  { logprobs: 20, responseLogprobs: true },
  { responseLogprobs: false, logprobs: null },
];

const generationConfig = fc
  .tuple(settings, fc.constantFrom<Json>(...LOGPROBS))
  .map(([config, logprobs]) => ({ ...config, ...logprobs }));

const instructionPart = fc.record(
  { text, thought: fc.boolean(), thoughtSignature: fc.base64String({ minLength: 4, maxLength: 8 }) },
  { requiredKeys: ['text'] },
);

const tool: fc.Arbitrary<Json> = fc.oneof(
  fc.record({
    functionDeclarations: fc.array(fc.record({ name: word, description: text, parameters: schema }), {
      minLength: 1,
      maxLength: 2,
    }),
  }),
  fc.record({ googleSearch: fc.record({ excludeDomains: fc.array(word, { minLength: 1, maxLength: 2 }) }) }),
  fc.constant({ googleSearch: { timeRangeFilter: null } }),
  fc.record({ computerUse: fc.constant({ environment: 'ENVIRONMENT_BROWSER' }) }),
);

const request = fc.record(
  {
    contents: fc.array(content, { minLength: 1, maxLength: 3 }),
    systemInstruction: fc.record({ parts: fc.array(instructionPart, { minLength: 1, maxLength: 2 }) }),
    tools: fc.array(tool, { minLength: 1, maxLength: 2 }),
    toolConfig: fc.record({
      functionCallingConfig: fc.record({ mode: fc.constantFrom('AUTO', 'ANY'), allowedFunctionNames: fc.array(word) }),
    }),
    labels: fc.record({ team: word }),
    safetySettings: fc.constant([{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }]),
    generationConfig,
  },
  { requiredKeys: ['contents'] },
);

/** Requests that Google's protos and pages allow, in camelCase. */
export const requests: fc.Arbitrary<Json> = request;

/** What the service refuses of fields that are sound elsewhere, or with others beside them. */
export const MISPLACED: readonly Json[] = [
  { generationConfig: { logprobs: 5 } },
  { generationConfig: { logprobs: 5, responseLogprobs: false } },
  { generationConfig: { logprobs: 5, responseLogprobs: null } },
  { systemInstruction: { parts: [{ text: 'x' }, { fileData: { mimeType: 'image/png', fileUri: 'gs://b/o' } }] } },
  { systemInstruction: { parts: { inlineData: { mimeType: 'image/png', data: 'eA==' } } } },
  { systemInstruction: { parts: [{ functionCall: { name: 'f', args: { a: 1 } } }] } },
  { systemInstruction: { parts: [{ text: 'x', codeExecutionResult: { outcome: 'OUTCOME_OK' } }] } },
  { systemInstruction: { parts: [{ thoughtSignature: 'eA==' }] } },
  { tools: [{ googleSearch: { timeRangeFilter: { startTime: '2026-01-01T00:00:00Z' } } }] },
  { tools: [{ googleSearch: { timeRangeFilter: '1d', excludeDomains: ['a.b'] } }] },
];

/** The same in the spelling of the protos. What is the caller's own (structs, maps) stays as it is here, since it has no capitals. */
export function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [snakeCase(name), inSnakeCase(entry)]));
}

export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
