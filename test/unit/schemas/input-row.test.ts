import { describe, expect, test } from 'vitest';
import type { RuleSettings } from '../../../src/domain/validation-rules';
import { checkInputRow } from '../../../src/schemas/input-row';

function check(line: unknown, keyField: string | null = null, rules: RuleSettings = {}) {
  const bytes = Buffer.isBuffer(line) ? line : Buffer.from(typeof line === 'string' ? line : JSON.stringify(line));
  return checkInputRow(bytes, { keyField, rules, repair: [] });
}

/** `rule path: message` of each problem. */
function problemsOf(line: unknown, keyField: string | null = null): string[] {
  return check(line, keyField).problems.map(({ rule, path, message }) => `${rule} ${path}: ${message}`);
}

const user = (...parts: unknown[]) => ({ contents: [{ role: 'user', parts }] });
const text = { text: 'Hi' };

describe('rows that pass', () => {
  test.each<[string, unknown]>([
    [
      'video, image and generationConfig, as on the Cloud Storage page',
      {
        contents: [
          {
            role: 'user',
            parts: [
              { text: 'What is the relation between the video and the image?' },
              {
                fileData: { fileUri: 'gs://cloud-samples-data/generative-ai/video/animals.mp4', mimeType: 'video/mp4' },
              },
              {
                fileData: {
                  fileUri: 'gs://cloud-samples-data/generative-ai/image/cricket.jpeg',
                  mimeType: 'image/jpeg',
                },
              },
            ],
          },
        ],
        generationConfig: { temperature: 0.9, topP: 1, maxOutputTokens: 256 },
      },
    ],
    [
      'snake_case files, as on the BigQuery page',
      user(text, { file_data: { file_uri: 'gs://cloud-samples-data/video/animals.mp4', mime_type: 'video/mov' } }),
    ],
    [
      'one part without a list and a snake_case system instruction, as on the BigQuery page',
      {
        contents: [{ role: 'user', parts: { text: 'Give me a recipe for banana bread.' } }],
        system_instruction: { parts: [{ text: 'You are a chef.' }] },
      },
    ],
    ['no role', { contents: [{ parts: [text] }] }],
    [
      'an answer of the model',
      {
        contents: [
          { role: 'user', parts: [text] },
          { role: 'model', parts: [text] },
        ],
      },
    ],
    ['any role in the system instruction', { ...user(text), systemInstruction: { role: 'system', parts: [text] } }],
    [
      'an echo full of nulls',
      { ...user({ text: 'Hi', fileData: null, inline_data: null }), tools: null, labels: null },
    ],
    ['a signature alone', user({ thoughtSignature: 'c2ln' })],
    [
      'a call and its answer',
      user({ functionCall: { name: 'f', args: { a: 1 } } }, { function_response: { name: 'f', response: { b: 2 } } }),
    ],
    ['bytes', user({ inlineData: { mimeType: 'image/png', data: 'aGk=' } })],
  ])('%s', (_, request) => {
    expect(check({ request }).problems).toEqual([]);
  });

  test('gives the request and the caller’s other fields', () => {
    const { row } = check({ custom_id: 'a', request: user(text), tenant: { id: 7 } });
    expect(row).toEqual({ request: user(text), others: { custom_id: 'a', tenant: { id: 7 } } });
  });

  test('takes white space and carriage returns around the object', () => {
    expect(check(`\t ${JSON.stringify({ request: user(text) })} \r`).row).toBeDefined();
  });

  test('takes a number as a key', () => {
    expect(check({ id: 7, request: user(text) }, 'id').row).toBeDefined();
  });
});

describe('lines that are refused', () => {
  test.each<[string, unknown, string]>([
    [
      'blank',
      '',
      'blank-line : the line is blank; every line must hold one request. Delete it, or ask for the repair "blank-lines"',
    ],
    [
      'white space',
      ' \t\r',
      'blank-line : the line is blank; every line must hold one request. Delete it, or ask for the repair "blank-lines"',
    ],
    [
      'a byte order mark',
      '\ufeff{}',
      'byte-order-mark : the line begins with a byte order mark; save the file as UTF-8 without one, or ask for the repair "byte-order-mark"',
    ],
    [
      'invalid UTF-8',
      Buffer.from([0x22, 0xc3, 0x28, 0x22]),
      'utf8 : the line is not valid UTF-8; save the file as UTF-8',
    ],
    ['an array', [1], 'object : the line must be a JSON object with a request, got an array of 1'],
    ['a text', '"x"', 'object : the line must be a JSON object with a request, got "x"'],
    [
      'no request',
      { custom_id: 'a', body: { a: 1 } },
      'request request: request is missing, the line is an object with custom_id, body',
    ],
    [
      'a request that is not wrapped',
      user(text),
      'request request: request is missing, the line is an object with contents; wrap the line: {"request": …}',
    ],
    ['a request as text', { request: '{}' }, 'request request: request must be an object, got "{}"'],
  ])('%s', (_, line, problem) => {
    expect(problemsOf(line)).toEqual([problem]);
  });

  test('half an object, with what the parser says', () => {
    expect(problemsOf('{"request": {')[0]).toMatch(/^json : the line is not one whole JSON object: .*JSON/);
  });

  test('nesting that no request has, however deep', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(problemsOf(`{"request":{},"a":${deep}}`)).toEqual(['nesting : the line is nested deeper than 64 levels']);
  });

  test.each(['response', 'status', 'processed_time'])('the field %s, which the service writes', (name) => {
    expect(problemsOf({ request: user(text), [name]: null })).toEqual([
      `reserved-field ${name}: ${name} is a field that the service writes; rename it`,
    ]);
  });
});

describe('requests that are refused', () => {
  test.each<[string, unknown, string]>([
    [
      'a role of one’s own',
      { contents: [{ role: 'tester', parts: [text] }] },
      'role request.contents[0].role: role must be user or model, got "tester"',
    ],
    [
      'a role that is no text',
      { contents: [{ role: 1, parts: [text] }] },
      'role request.contents[0].role: role must be user or model, got 1',
    ],
    [
      'no contents',
      { labels: { a: 'b' } },
      'contents request.contents: contents is missing, the request is an object with labels; it needs at least one content',
    ],
    [
      'empty contents',
      { contents: [] },
      'contents request.contents: contents must be an array with at least one content, got an empty array',
    ],
    [
      'contents as text',
      { contents: 'Hi' },
      'contents request.contents: contents must be an array with at least one content, got "Hi"',
    ],
    [
      'a content as text',
      { contents: ['Hi'] },
      'contents request.contents[0]: a content must be an object with role and parts, got "Hi"',
    ],
    [
      'no parts',
      { contents: [{ role: 'user' }] },
      'parts request.contents[0].parts: parts is missing; a content needs at least one part',
    ],
    [
      'empty parts',
      user(),
      'parts request.contents[0].parts: parts must be a part or an array of parts, got an empty array',
    ],
    [
      'a part as text',
      user('Hi'),
      'part request.contents[0].parts[0]: a part must be an object such as {"text": "…"}, got "Hi"',
    ],
    [
      'two kinds in one part',
      user(text, { text: 'a', file_data: { file_uri: 'gs://a/b', mime_type: 'image/png' } }),
      'part request.contents[0].parts[1]: a part must hold one kind of data, got text and file_data; make a part of each',
    ],
    [
      'a part without data',
      user({ thought: true }),
      'part request.contents[0].parts[0]: a part must hold one of text, inlineData, fileData, functionCall, functionResponse, executableCode, codeExecutionResult, got an object with thought',
    ],
    ['text that is none', user({ text: 7 }), 'part request.contents[0].parts[0].text: text must be a string, got 7'],
    [
      'a file without its type',
      user({ file_data: { file_uri: 'gs://a/b' } }),
      'required request.contents[0].parts[0].file_data.mimeType: mimeType must be a string that is not empty, got nothing',
    ],
    [
      'a file as text',
      user({ fileData: 'gs://a/b' }),
      'part request.contents[0].parts[0].fileData: fileData must be an object, got "gs://a/b"',
    ],
    [
      'one field in both spellings',
      user({ fileData: { mimeType: 'image/png', fileUri: 'gs://a/b' }, file_data: { file_uri: 'gs://a/b' } }),
      'spelled-twice request.contents[0].parts[0].file_data: file_data and fileData are the same field; keep one',
    ],
    [
      'a system instruction as text',
      { ...user(text), system_instruction: 'Be kind' },
      'shape request.system_instruction: system_instruction must be an object, got "Be kind"',
    ],
    [
      'tools without a list',
      { ...user(text), tools: { googleMaps: { enableWidget: true } } },
      'shape request.tools: tools must be an array, got an object with googleMaps',
    ],
  ])('%s', (_, request, problem) => {
    expect(problemsOf({ request })).toEqual([problem]);
    expect(check({ request }).row).toBeUndefined();
  });

  test('all that is wrong with a row is counted, the first of it told', () => {
    const checked = check({ request: user(...Array.from({ length: 500 }, () => 'Hi')) });
    expect(checked.errors).toBe(500);
    expect(checked.problems).toHaveLength(20);
  });

  test('shows long values shortened', () => {
    const [problem] = problemsOf({ request: { contents: 'x'.repeat(10_000) } });
    expect(problem!.length).toBeLessThan(200);
  });
});

describe('the key that the caller named', () => {
  test.each<[string, unknown, string]>([
    ['missing', {}, 'nothing'],
    ['null', { custom_id: null }, 'null'],
    ['empty', { custom_id: '' }, '""'],
    ['an object', { custom_id: { a: 1 } }, 'an object with a'],
  ])('is refused when %s', (_, fields, shown) => {
    expect(problemsOf({ ...(fields as object), request: user(text) }, 'custom_id')).toEqual([
      `key custom_id: custom_id must be a string of 1 to 1024 characters or a number in every row, got ${shown}`,
    ]);
  });

  test('is not found in a prototype', () => {
    expect(problemsOf({ request: user(text) }, 'toString')).toHaveLength(1);
  });
});
