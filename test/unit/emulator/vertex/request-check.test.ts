import { describe, expect, it } from 'vitest';

import { createRowCheck } from '../../../../src/emulator/vertex/request/row-check';

const refusalOf = createRowCheck({});

const CONTENTS = [{ role: 'user', parts: [{ text: 'x' }] }];

function aRequest(fields: object): object {
  return { contents: CONTENTS, ...fields };
}

function aPart(part: object): object {
  return { contents: [{ role: 'user', parts: [part] }] };
}

function aConfig(generationConfig: object): object {
  return aRequest({ generationConfig });
}

function aTool(tool: object): object {
  return aRequest({ tools: [tool] });
}

function aFunction(fields: object): object {
  return aTool({ functionDeclarations: [{ name: 'weather', ...fields }] });
}

/** Each: what it is, the request, and the words of its refusal. */
type Refused = readonly [what: string, request: unknown, message: string];

function itRefuses(cases: readonly Refused[]): void {
  it.each(cases)('refuses %s', (_what, request, message) => {
    expect(refusalOf(request)).toContain(message);
  });
}

function itTakes(cases: readonly (readonly [what: string, request: unknown])[]): void {
  it.each(cases)('takes %s', (_what, request) => {
    expect(refusalOf(request)).toBeUndefined();
  });
}

describe('names', () => {
  itRefuses([
    [
      'one that a request lacks',
      aRequest({ x: 1 }),
      'Invalid JSON payload received. Unknown name "x": Cannot find field.',
    ],
    [
      'one that a content lacks',
      { contents: [{ part: 1 }] },
      `Unknown name "part" at 'contents[0]': Cannot find field.`,
    ],
    ['one that a part lacks', aPart({ txt: 'x' }), `Unknown name "txt" at 'contents[0].parts[0]'`],
    [
      'one deep in a schema',
      aFunction({ parameters: { properties: { city: { typ: 1 } } } }),
      `Unknown name "typ" at 'tools[0].function_declarations[0].parameters.properties["city"]'`,
    ],
    ['a mixed spelling', aPart({ file_Data: {} }), 'Unknown name "file_Data"'],
    ['another case', aRequest({ Contents: CONTENTS }), 'Unknown name "Contents"'],
    ['the prototype', JSON.parse('{"__proto__": {"contents": 1}}'), 'Unknown name "__proto__"'],
    ['a name of Object', aRequest({ constructor: 1 }), 'Unknown name "constructor"'],
    [
      'both spellings of one',
      aRequest({ tool_config: { retrievalConfig: {} }, toolConfig: {} }),
      'Field "toolConfig" is set twice.',
    ],
  ]);
  itTakes([
    ['snake case', { contents: [{ parts: [{ file_data: { mime_type: 'image/png', file_uri: 'gs://b/o' } }] }] }],
    ['an unknown name that is null', aTool({ google_search: { timeRangeFilter: null } })],
    ['both spellings of one, the second being null', aRequest({ toolConfig: {}, tool_config: null })],
    ['a model, which comes from the job', aRequest({ model: 'publishers/google/models/gemini-2.5-flash' })],
  ]);
});

describe('types', () => {
  const STRINGS = [7, true, {}, []];
  it.each(STRINGS)('refuses %j for a string', (text) => {
    expect(refusalOf(aPart({ text }))).toBe(
      `Invalid value at 'contents[0].parts[0].text' (TYPE_STRING), ${JSON.stringify(text)}`,
    );
  });

  it.each([
    [0, true],
    [-5, true],
    [2147483647, true],
    [2147483648, false],
    [1.5, false],
    ['256', true],
    ['2.0', true],
    ['1e2', true],
    ['', false],
    ['0x10', false],
    [' 1', false],
    [true, false],
    [[1], false],
  ])('has %j for a whole number: %j', (seed, taken) => {
    expect(refusalOf(aConfig({ seed })) === undefined).toBe(taken);
  });

  it.each([
    ['9223372036854775807', true],
    ['-9223372036854775808', true],
    ['99223372036854775807', false],
    [5, true],
    [0.5, false],
  ])('has %j for a long number: %j', (minItems, taken) => {
    expect(refusalOf(aConfig({ responseSchema: { minItems } })) === undefined).toBe(taken);
  });

  it.each([
    [0.5, true],
    ['0.5', true],
    ['NaN', true],
    [1e39, false],
    ['much', false],
    [{}, false],
  ])('has %j for a broken number: %j', (topK, taken) => {
    expect(refusalOf(aConfig({ topK })) === undefined).toBe(taken);
  });

  it.each([
    ['eA==', true],
    ['eA', true],
    ['_-8', true],
    ['+/8=', true],
    ['e', false],
    ['eA=', false],
    ['e A=', false],
    [7, false],
  ])('has %j for bytes: %j', (thoughtSignature, taken) => {
    expect(refusalOf(aPart({ text: 'x', thoughtSignature })) === undefined).toBe(taken);
  });

  it.each([
    ['3.5s', true],
    ['-1s', true],
    ['3.5', false],
    ['1m', false],
    [3, false],
  ])('has %j for a duration: %j', (startOffset, taken) => {
    const fileData = { mimeType: 'video/mp4', fileUri: 'gs://b/o' };
    expect(refusalOf(aPart({ fileData, videoMetadata: { startOffset } })) === undefined).toBe(taken);
  });

  itRefuses([
    ['a request that is a list', [], 'GenerateContentRequest'],
    ['contents that are a single value', { contents: CONTENTS[0] }, `Invalid value at 'contents'`],
    ['a list for a single value', aPart({ text: ['x'] }), `Invalid value at 'contents[0].parts[0].text' (TYPE_STRING)`],
    ['a text for a message', aRequest({ systemInstruction: 'Be brief.' }), `Invalid value at 'system_instruction'`],
    ['"true" for a boolean', aConfig({ responseLogprobs: 'true' }), '(TYPE_BOOL), "true"'],
    [
      'an unknown value of an enum',
      aRequest({ safetySettings: [{ category: 'RUDE', threshold: 'OFF' }] }),
      `Invalid value at 'safety_settings[0].category' (type.googleapis.com/google.cloud.aiplatform.v1.HarmCategory), "RUDE"`,
    ],
    ['a number that no value of an enum has', aRequest({ safetySettings: [{ category: 99, threshold: 1 }] }), ', 99'],
    ['a list for a struct', aPart({ functionCall: { name: 'f', args: [1] } }), 'google.protobuf.Struct'],
    [
      'a number in a map of texts',
      aRequest({ labels: { team: 7 } }),
      `Invalid value at 'labels["team"]' (TYPE_STRING), 7`,
    ],
    ['a map that is none', aRequest({ labels: ['team'] }), `Invalid value at 'labels'`],
  ]);
  itTakes([
    ['the number of an enum value', aRequest({ safetySettings: [{ category: 1, threshold: 5 }] })],
    ['anything in a struct', aPart({ functionCall: { name: 'f', args: { a: [1, { b: null }], contents: 7 } } })],
    ['anything for a JSON schema', aConfig({ responseJsonSchema: { $ref: '#/x', type: 'object' } })],
    ['parts as a single object', { contents: [{ role: 'user', parts: { text: 'x' } }] }],
  ]);

  it('takes a single value for any list where the scenario says so', () => {
    expect(createRowCheck({ loneValues: true })({ contents: CONTENTS[0] })).toBeUndefined();
  });

  it("takes a schema's type in lower case, or refuses it, as the scenario says", () => {
    const request = aConfig({ responseSchema: { type: 'object' } });
    expect(refusalOf(request)).toBeUndefined();
    expect(createRowCheck({ lowerCaseTypes: false })(request)).toContain('aiplatform.v1.Type), "object"');
  });

  it('refuses half of a surrogate pair where the scenario says so', () => {
    const request = aPart({ text: 'a\ud800b' });
    expect(refusalOf(request)).toBeUndefined();
    expect(createRowCheck({ loneSurrogates: 'refused' })(request)).toBe('Request contains an invalid Unicode string.');
    expect(createRowCheck({ loneSurrogates: 'refused' })(aPart({ text: '🚀' }))).toBeUndefined();
  });
});

describe('required fields', () => {
  const FILE = { mimeType: 'image/png', fileUri: 'gs://b/o' };
  itRefuses([
    ['no contents', {}, 'Unable to submit request because it must have a contents field.'],
    ['contents that are null', { contents: null }, 'must have a contents field'],
    ['empty contents', { contents: [] }, 'must have a contents field'],
    ['no parts', { contents: [{ role: 'user' }] }, 'contents[0] must have a parts field'],
    ['empty parts', { contents: [{ role: 'user', parts: [] }] }, 'contents[0] must have a parts field'],
    [
      'a file without URI and MIME type',
      aPart({ fileData: {} }),
      'contents[0].parts[0].file_data must have a mimeType and a fileUri field',
    ],
    ['a file with an empty URI', aPart({ fileData: { ...FILE, fileUri: '' } }), 'must have a fileUri field'],
    ['a blob without data', aPart({ inlineData: { mimeType: 'image/png' } }), 'must have a data field'],
    ['a response without response', aPart({ functionResponse: { name: 'f' } }), 'must have a response field'],
    ['a function without name', aTool({ functionDeclarations: [{ description: 'x' }] }), 'must have a name field'],
    [
      'a safety setting without threshold',
      aRequest({ safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT' }] }),
      'must have a threshold field',
    ],
    [
      'an instruction without parts',
      aRequest({ systemInstruction: { role: 'system' } }),
      'system_instruction must have a parts field',
    ],
  ]);
});

describe('fields of which there is one', () => {
  const FILE = { mimeType: 'image/png', fileUri: 'gs://b/o' };
  itRefuses([
    ['a part without data', aPart({ thought: true }), 'contents[0].parts[0] must have exactly one initialized field'],
    ['a part with a text and a file', aPart({ text: 'x', fileData: FILE }), 'must have exactly one initialized field'],
    ['a tool of no kind', aTool({}), 'tools[0] must have exactly one initialized field'],
    [
      'a tool of two kinds',
      aTool({ googleSearch: { excludeDomains: ['x'] }, codeExecution: {} }),
      'must have exactly one',
    ],
    [
      'two kinds of parameters',
      aFunction({ parameters: { type: 'OBJECT' }, parametersJsonSchema: {} }),
      'must have at most one initialized field of parameters, parametersJsonSchema',
    ],
    [
      'two kinds of response schema',
      aConfig({ responseSchema: { type: 'OBJECT' }, responseJsonSchema: {} }),
      'at most one',
    ],
    [
      'safety settings beside Model Armor',
      aRequest({ modelArmorConfig: {}, safetySettings: [{ category: 1, threshold: 1 }] }),
      'at most one',
    ],
  ]);
  itTakes([
    ['an empty text', aPart({ text: '' })],
    ['a thought signature alone', aPart({ thoughtSignature: 'eA==' })],
    ['nulls for the other kinds', aPart({ text: 'x', fileData: null, inline_data: null })],
    ['several tools of one kind each', aRequest({ tools: [{ googleSearch: {} }, { codeExecution: {} }] })],
  ]);
});

describe('wishes of the service', () => {
  const TWO_K = { imageConfig: { imageSize: '2K' } };
  const image = (bytes: number) => aPart({ inlineData: { mimeType: 'image/png', data: 'A'.repeat((bytes / 3) * 4) } });
  const functions = (count: number) =>
    aTool({ functionDeclarations: Array.from({ length: count }, (_, index) => ({ name: `f${index}` })) });
  itRefuses([
    [
      'another role',
      { contents: [{ role: 'tester', parts: [{ text: 'x' }] }] },
      'Please use a valid role: user, model.',
    ],
    [
      'a file in the instruction',
      aRequest({ systemInstruction: { parts: [{ fileData: { mimeType: 'a/b', fileUri: 'gs://b/o' } }] } }),
      'System instruction must have text parts only.',
    ],
    [
      'a function name',
      aFunction({ name: '1st' }),
      'Invalid function name. Must start with a letter or an underscore.',
    ],
    ['a function name with 65 letters', aFunction({ name: 'a'.repeat(65) }), 'Invalid function name.'],
    ['129 functions', functions(129), 'tools[0].function_declarations must have at most 128 elements, got 129'],
    [
      'cached content',
      aRequest({ cachedContent: 'projects/p/x' }),
      'Explicit caching is not supported in batch prediction.',
    ],
    ['cached content in snake case', aRequest({ cached_content: 'projects/p/x' }), 'Explicit caching is not supported'],
    ['RAG', aTool({ retrieval: { vertexRagStore: {} } }), 'RAG is not supported in batch prediction.'],
    ['images above 1K', aConfig(TWO_K), 'Image output above 1K is not supported'],
    ['an inline image above 7 MB', image(7.5e6), 'has an image of more than 7 MB'],
    ['a label with capitals', aRequest({ labels: { Team: 'a' } }), 'the label "Team" must have a key'],
    ['a label key that begins with a digit', aRequest({ labels: { '1a': 'a' } }), 'the label "1a"'],
    ['a label of 64 letters', aRequest({ labels: { team: 'a'.repeat(64) } }), 'the label "team"'],
    ['logprobs without responseLogprobs', aConfig({ logprobs: 5 }), 'logprobs need responseLogprobs'],
    [
      'six stop sequences',
      aConfig({ stopSequences: ['1', '2', '3', '4', '5', '6'] }),
      'must have at most 5 elements, got 6',
    ],
  ]);
  itTakes([
    ['any role of the instruction', aRequest({ systemInstruction: { role: 'system', parts: { text: 'x' } } })],
    ['128 functions', functions(128)],
    ['an inline image of 6 MB', image(6e6)],
    ['a search in a store of one’s own', aTool({ retrieval: { vertexAiSearch: { engine: 'e' } } })],
    ['labels', aRequest({ labels: { team: 'größe_1-a', empty: '' } })],
    ['five stop sequences', aConfig({ stopSequences: ['1', '2', '3', '4', '5'] })],
    ['an empty name of cached content, which is none', aRequest({ cachedContent: '' })],
  ]);

  it.each([
    ['temperature', [0, 2, '1.5'], [-0.1, 2.1, '3', 'NaN']],
    ['topP', [0, 1], [1.1]],
    ['presencePenalty', [-2, 1.9], [-2.1, 2]],
    ['frequencyPenalty', [-2, 1.9], [-2.1, 2]],
    ['candidateCount', [1, 100], []],
    ['maxOutputTokens', [1, 1e6], []],
  ])('has a range for %s where one is published', (name, within, without) => {
    for (const value of within) expect(refusalOf(aConfig({ [name]: value }))).toBeUndefined();
    for (const value of without) {
      expect(refusalOf(aConfig({ [name]: value }))).toMatch(
        /^Unable to submit request because generation_config\.\w+ must be /,
      );
    }
  });

  it('has a range for frames a second', () => {
    const fps = (value: number) =>
      aPart({ fileData: { mimeType: 'video/mp4', fileUri: 'gs://b/o' }, videoMetadata: { fps: value } });
    expect([0, 24.5].map((value) => refusalOf(fps(value)))).not.toContain(undefined);
    expect([0.1, 24].map((value) => refusalOf(fps(value)))).toEqual([undefined, undefined]);
  });
});
