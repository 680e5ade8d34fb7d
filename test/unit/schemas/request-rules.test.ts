import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { RuleSettings } from '../../../src/domain/validation-rules';
import { checkInputRow } from '../../../src/schemas/input-row';
import { arbitraryRequest } from '../../support/arbitrary-request';

function check(request: unknown, rules: RuleSettings = {}) {
  return checkInputRow(Buffer.from(JSON.stringify({ request })), { keyField: null, rules, repair: [] });
}

/** `rule path: message` of each problem. */
function problemsOf(request: unknown, rules: RuleSettings = {}): string[] {
  return check(request, rules).problems.map(({ rule, path, message }) => `${rule} ${path}: ${message}`);
}

const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];
const withConfig = (generationConfig: unknown) => ({ contents, generationConfig });
const withTool = (tool: unknown) => ({ contents, tools: [tool] });
const withPart = (part: unknown) => ({ contents: [{ parts: part }] });

const base64Of = (bytes: number) => Buffer.alloc(bytes).toString('base64');

describe('the table', () => {
  it('takes every request that is made from it, in either spelling', () => {
    fc.assert(
      fc.property(arbitraryRequest, (request) => {
        expect(problemsOf(request)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('finds any name that it does not know, except where names are the caller’s', () => {
    fc.assert(
      fc.property(arbitraryRequest, (request) => {
        const [problem] = problemsOf({ ...request, generation_konfig: 1 });
        expect(problem).toContain('unknown-field request.generation_konfig: ');
        expect(problem).toContain('did you mean "generation_config"?');
      }),
      { numRuns: 20 },
    );
  });
});

describe('requests that pass', () => {
  test.each<[string, unknown]>([
    ['numbers in strings', withConfig({ temperature: '0.5', seed: '7', max_output_tokens: '1e3' })],
    ['a number that JSON lacks', withConfig({ topK: 'NaN' })],
    ['enums by number', withConfig({ thinkingConfig: { thinkingLevel: 3 } })],
    ['types in lower case', withConfig({ responseSchema: { type: 'object', properties: { a: { type: 'string' } } } })],
    [
      'the largest number of 64 bits',
      withConfig({ responseSchema: { type: 'ARRAY', maxItems: '9223372036854775807' } }),
    ],
    [
      'the least number of 64 bits',
      withConfig({ responseSchema: { type: 'ARRAY', minItems: '-9223372036854775808' } }),
    ],
    ['an image of 7 MB', withPart({ inlineData: { mimeType: 'image/png', data: base64Of(7_000_000) } })],
    ['a recording of more', withPart({ inlineData: { mimeType: 'audio/mp3', data: base64Of(7_000_001) } })],
    ['a search in a store of one’s own', withTool({ retrieval: { vertexAiSearch: { engine: 'e' } } })],
    ['base64 of the other alphabet, without padding', withPart({ inlineData: { mimeType: 'image/png', data: '-_8' } })],
    ['a search in the form that is known to import', withTool({ google_search: { timeRangeFilter: null } })],
    [
      'properties with any names',
      withConfig({ responseSchema: { type: 'OBJECT', properties: { foo_bar: { type: 'STRING' } } } }),
    ],
    [
      'any arguments',
      withPart({ functionCall: { name: 'f', args: { file_data: 1, fileData: 2, constructor: 'a', __proto: 1 } } }),
    ],
    ['any JSON Schema', withConfig({ responseJsonSchema: { type: 'object', nonsense: true } })],
    ['unknown names that are null', { contents, tool_konfig: null }],
    ['probabilities that are asked for', withConfig({ logprobs: 5, response_logprobs: true })],
    ['probabilities that are not asked for', withConfig({ logprobs: null, responseLogprobs: false })],
    ['an empty text as instruction', { contents, systemInstruction: { parts: [{ text: '', thought: false }] } }],
    ['a search beside no functions', withTool({ functionDeclarations: [], googleSearch: { excludeDomains: ['a.b'] } })],
    ['an elaborate name of a function', withTool({ functionDeclarations: [{ name: '_a.b-c9' }] })],
  ])('%s', (_, request) => {
    expect(problemsOf(request)).toEqual([]);
  });
});

describe('requests with errors', () => {
  test.each<[string, unknown, string]>([
    [
      'a number beyond 64 bits',
      withConfig({ responseSchema: { maxItems: '9223372036854775808' } }),
      'shape request.generationConfig.responseSchema.maxItems: maxItems must be a whole number of 64 bits, got "9223372036854775808"',
    ],
    [
      'a number beyond 64 bits on the other side',
      withConfig({ responseSchema: { minItems: '-9223372036854775809' } }),
      'shape request.generationConfig.responseSchema.minItems: minItems must be a whole number of 64 bits, got "-9223372036854775809"',
    ],
    [
      'a name that is near to one',
      withPart({ txt: 'Hi', text: 'Hi' }),
      'unknown-field request.contents[0].parts.txt: Part has no field "txt", did you mean "text"?',
    ],
    [
      'a name that is near to none',
      withConfig({ speed_of_light_in_vacuum: 1 }),
      'unknown-field request.generationConfig.speed_of_light_in_vacuum: GenerationConfig has no field "speed_of_light_in_vacuum"',
    ],
    [
      'a name in the wrong case',
      { contents, GenerationConfig: { temperature: 1 } },
      'unknown-field request.GenerationConfig: GenerateContentRequest has no field "GenerationConfig", did you mean "generationConfig"?',
    ],
    [
      'a fraction for a whole number',
      withConfig({ maxOutputTokens: 1.5 }),
      'shape request.generationConfig.maxOutputTokens: maxOutputTokens must be a whole number of 32 bits, got 1.5',
    ],
    [
      'more than 32 bits',
      withConfig({ seed: 2 ** 31 }),
      'shape request.generationConfig.seed: seed must be a whole number of 32 bits, got 2147483648',
    ],
    [
      'a word for a number',
      withConfig({ temperature: 'hot' }),
      'shape request.generationConfig.temperature: temperature must be a number of 32 bits, got "hot"',
    ],
    [
      'text for a boolean',
      withConfig({ responseLogprobs: 'true' }),
      'shape request.generationConfig.responseLogprobs: responseLogprobs must be true or false, got "true"',
    ],
    [
      'a duration in milliseconds',
      withPart({ text: 'a', videoMetadata: { startOffset: '3500ms' } }),
      'shape request.contents[0].parts.videoMetadata.startOffset: startOffset must be a duration such as "3.5s", got "3500ms"',
    ],
    [
      'labels that are a list',
      { contents, labels: ['a'] },
      'shape request.labels: labels must be an object, got an array of 1',
    ],
    [
      'a label that is a number',
      { contents, labels: { team: 7 } },
      'shape request.labels.team: team must be a string, got 7',
    ],
    [
      'an enum’s name that is near to one',
      withConfig({ thinkingConfig: { thinking_level: 'MEDUIM' } }),
      'enum request.generationConfig.thinkingConfig.thinking_level: thinking_level must be one of THINKING_LEVEL_UNSPECIFIED, LOW, MEDIUM, HIGH, MINIMAL, got "MEDUIM", did you mean "MEDIUM"?',
    ],
    [
      'an enum’s number that is none',
      withConfig({ thinkingConfig: { thinkingLevel: 9 } }),
      'enum request.generationConfig.thinkingConfig.thinkingLevel: thinkingLevel must be one of THINKING_LEVEL_UNSPECIFIED, LOW, MEDIUM, HIGH, MINIMAL, got 9',
    ],
    [
      'a mode in lower case, which the service ignores',
      { contents, toolConfig: { functionCallingConfig: { mode: 'any' } } },
      'enum request.toolConfig.functionCallingConfig.mode: mode must be one of MODE_UNSPECIFIED, AUTO, ANY, NONE, VALIDATED, got "any", did you mean "ANY"?',
    ],
    [
      'base64 with what a page puts before it',
      withPart({ inlineData: { mimeType: 'image/png', data: 'data:image/png;base64,aGk=' } }),
      'base64 request.contents[0].parts.inlineData.data: data must be base64, got "data:image/png;base64,aGk="; remove "data:image/png;base64,"',
    ],
    [
      'base64 with a line break',
      withPart({ inlineData: { mimeType: 'image/png', data: 'aGk=\n' } }),
      String.raw`base64 request.contents[0].parts.inlineData.data: data must be base64, got "aGk=\n"`,
    ],
    [
      'base64 that is cut',
      withPart({ inlineData: { mimeType: 'image/png', data: 'aGkaa' } }),
      'base64 request.contents[0].parts.inlineData.data: data must be base64, got "aGkaa"',
    ],
    [
      'bytes that are a number',
      withPart({ thoughtSignature: 7 }),
      'shape request.contents[0].parts.thoughtSignature: thoughtSignature must be a string of base64, got 7',
    ],
    [
      'an empty string where one is required',
      withPart({ fileData: { mimeType: 'image/png', fileUri: '' } }),
      'required request.contents[0].parts.fileData.fileUri: fileUri must be a string that is not empty, got ""',
    ],
    [
      'a setting without its threshold',
      { contents, safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT' }] },
      'required request.safetySettings[0].threshold: threshold must be one of HARM_BLOCK_THRESHOLD_UNSPECIFIED, BLOCK_LOW_AND_ABOVE, BLOCK_MEDIUM_AND_ABOVE, BLOCK_ONLY_HIGH, BLOCK_NONE, OFF, got nothing',
    ],
    [
      'two schemas',
      withConfig({ response_schema: { type: 'STRING' }, responseJsonSchema: { type: 'string' } }),
      'one-of request.generationConfig: response_schema and responseJsonSchema exclude one another; keep one',
    ],
    [
      'two kinds of tools in one',
      withTool({ google_search: { excludeDomains: ['a.b'] }, urlContext: { a: null } }),
      'tool request.tools[0]: a tool must hold one kind of tool, got google_search and urlContext; make a tool of each',
    ],
    [
      'a tool that is none',
      withTool({ google_search: null }),
      'tool request.tools[0]: a tool must hold one of functionDeclarations, retrieval, googleSearch, googleSearchRetrieval, googleMaps, enterpriseWebSearch, parallelAiSearch, codeExecution, urlContext, computerUse, got an object with google_search',
    ],
    [
      'a tool without any function',
      withTool({ functionDeclarations: [] }),
      'tool request.tools[0]: a tool must hold one of functionDeclarations, retrieval, googleSearch, googleSearchRetrieval, googleMaps, enterpriseWebSearch, parallelAiSearch, codeExecution, urlContext, computerUse, got functionDeclarations without elements',
    ],
    [
      'a function’s name with a space',
      withTool({ functionDeclarations: [{ name: 'get weather' }] }),
      'function-name request.tools[0].functionDeclarations[0].name: name must begin with a letter or _ and have at most 64 letters, digits, and _ . -, got "get weather"',
    ],
    [
      'a cache',
      { contents, cachedContent: 'projects/p/locations/l/cachedContents/1' },
      "unsupported request.cachedContent: cachedContent can't be used: a batch job has no explicit caching; remove it",
    ],
    [
      'retrieval from a RAG store',
      withTool({ retrieval: { vertex_rag_store: { similarityTopK: 3 } } }),
      "unsupported request.tools[0].retrieval.vertex_rag_store: vertex_rag_store can't be used: a batch job has no RAG; remove it",
    ],
    [
      'a file as instruction',
      { contents, systemInstruction: { parts: { file_data: { mimeType: 'image/png', fileUri: 'gs://a/b' } } } },
      "unsupported request.systemInstruction.parts.file_data: file_data can't be used: a system instruction takes text only; remove it",
    ],
    [
      'an instruction of a signature alone',
      { contents, system_instruction: { parts: [{ text: 'Hi' }, { thoughtSignature: 'eA==' }] } },
      'part request.system_instruction.parts[1]: a part must hold text, got an object with thoughtSignature',
    ],
    [
      'a search within a time',
      withTool({ googleSearch: { timeRangeFilter: { startTime: '2026-01-01T00:00:00Z' } } }),
      "unsupported request.tools[0].googleSearch.timeRangeFilter: timeRangeFilter can't be used: Vertex AI has no such field, and only its null is taken; remove it",
    ],
    [
      'large images',
      withConfig({ imageConfig: { imageSize: '4K' } }),
      'unsupported request.generationConfig.imageConfig.imageSize: imageSize "4K" can\'t be used: a batch job makes images of at most 1K',
    ],
  ])('%s', (_, request, problem) => {
    expect(problemsOf(request)).toEqual([problem]);
    expect(check(request)).toMatchObject({ errors: 1, warnings: 0, row: undefined, value: undefined });
  });
});

describe('requests with warnings, which pass', () => {
  test.each<[string, unknown, string]>([
    [
      'an image of more than 7 MB',
      withPart({ inline_data: { mime_type: 'image/png', data: base64Of(7_000_001) } }),
      'range request.contents[0].parts.inline_data.data: data of image/png should be at most 7000000 bytes, got 7000001',
    ],
    [
      'a temperature beyond the range',
      withConfig({ temperature: '2.5' }),
      'range request.generationConfig.temperature: temperature should be at least 0 and at most 2, got 2.5',
    ],
    [
      'a penalty at the end of its range',
      withConfig({ presence_penalty: 2 }),
      'range request.generationConfig.presence_penalty: presence_penalty should be at least -2 and below 2, got 2',
    ],
    [
      'probabilities that nobody asks for',
      withConfig({ logprobs: 5 }),
      'range request.generationConfig.logprobs: logprobs should stand beside responseLogprobs: true, got nothing',
    ],
    [
      'probabilities that are forbidden',
      withConfig({ response_logprobs: false, logprobs: '5' }),
      'range request.generationConfig.logprobs: logprobs should stand beside responseLogprobs: true, got false',
    ],
    [
      'no frames',
      withPart({ text: 'a', videoMetadata: { fps: 0 } }),
      'range request.contents[0].parts.videoMetadata.fps: fps should be above 0 and at most 24, got 0',
    ],
    [
      'six sequences to stop at',
      withConfig({ stopSequences: ['a', 'b', 'c', 'd', 'e', 'f'] }),
      'range request.generationConfig.stopSequences: stopSequences should have at most 5 elements, got 6',
    ],
    [
      'a label in capitals',
      { contents, labels: { team: 'Search' } },
      'range request.labels.team: label team should have at most 63 lower-case letters, digits, _ and -, got "Search"',
    ],
    [
      'a name of a label in capitals',
      { contents, labels: { Team: 'a' } },
      'range request.labels.Team: the name of a label should begin with a lower-case letter and have at most 63 lower-case letters, digits, _ and -, got "Team"',
    ],
    [
      'a type of file that no page lists',
      withPart({ fileData: { mimeType: 'image/tiff', fileUri: 'gs://a/b' } }),
      'mime-type request.contents[0].parts.fileData.mimeType: mimeType "image/tiff" is not among the types that the documentation lists for input',
    ],
    [
      'a path for a URI',
      withPart({ fileData: { mimeType: 'image/png', file_uri: '/tmp/a.png' } }),
      'uri request.contents[0].parts.fileData.file_uri: file_uri should begin with gs://, https:// or http://, got "/tmp/a.png"',
    ],
  ])('%s', (_, request, problem) => {
    expect(problemsOf(request)).toEqual([problem]);
    expect(check(request)).toMatchObject({ errors: 0, warnings: 1, row: { request }, value: { request } });
  });
});

describe('settings', () => {
  it('make a warning of an error, an error of a warning, or nothing', () => {
    const request = withConfig({ temperature: 3, speed: 1 });
    expect(check(request)).toMatchObject({ errors: 1, warnings: 1 });
    expect(check(request, { 'unknown-field': 'warning', range: 'error' })).toMatchObject({ errors: 1, warnings: 1 });
    expect(check(request, { 'unknown-field': 'off', range: 'off' })).toMatchObject({
      problems: [],
      value: { request },
    });
  });

  it('do not let warnings crowd out errors', () => {
    const parts = [...Array.from({ length: 30 }, () => ({ fileData: { mimeType: 'a/b', fileUri: 'gs://a/b' } })), 'Hi'];
    const { problems, errors, warnings } = check(withPart(parts));
    expect([errors, warnings]).toEqual([1, 30]);
    expect(problems.filter(({ severity }) => severity === 'error')).toHaveLength(1);
    expect(problems).toHaveLength(21);
  });
});
