import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { camelCase } from '../../../src/domain/field-name';
import { REPAIRS, type Repair } from '../../../src/domain/validation-rules';
import { checkInputRow } from '../../../src/schemas/input-row';
import { repairLine } from '../../../src/schemas/repair-line';
import { arbitraryRequest } from '../../support/arbitrary-request';

function repaired(text: string, repairs: readonly Repair[] = REPAIRS) {
  const { line, repaired: done } = repairLine(Buffer.from(text), repairs);
  return [line.toString(), ...done];
}

describe('a byte order mark', () => {
  it('is taken off, however often it stands there', () => {
    expect(repaired('\ufeff\ufeff{"a":1}')).toEqual(['{"a":1}', 'byte-order-mark']);
  });

  it('stays where it isn’t asked about, or stands elsewhere', () => {
    expect(repaired('\ufeff{"a":1}', ['spelling'])).toEqual(['\ufeff{"a":1}']);
    expect(repaired('{"a":"\ufeff"}')).toEqual(['{"a":"\ufeff"}']);
  });
});

describe('spelling', () => {
  test.each<[string, string, string]>([
    [
      'every name of the request, and white space, numbers and order stay',
      '{ "request" : {"system_instruction":{"parts":{"text":"a"}}, "contents":[ {"parts":[{"file_data":{"file_uri":"gs://a/b","mime_type":"image/png"}}]}],\t"generation_config":{"top_p":1.0e0,"seed":12345678901234567890}} }',
      '{ "request" : {"systemInstruction":{"parts":{"text":"a"}}, "contents":[ {"parts":[{"fileData":{"fileUri":"gs://a/b","mimeType":"image/png"}}]}],\t"generationConfig":{"topP":1.0e0,"seed":12345678901234567890}} }',
    ],
    [
      'a name that is written with escapes',
      String.raw`{"request":{"generation\u005fconfig":{"top\u005Fk":1}}}`,
      '{"request":{"generationConfig":{"topK":1}}}',
    ],
    [
      'names around text of any language, byte for byte',
      '{"request":{"contents":[{"parts":{"text":"日本語 \\u00e9 😀","thought_signature":"aGk="}}],"ünknown_name":1}}',
      '{"request":{"contents":[{"parts":{"text":"日本語 \\u00e9 😀","thoughtSignature":"aGk="}}],"ünknown_name":1}}',
    ],
    [
      'names of a schema, in properties too, but no property’s own',
      '{"request":{"generation_config":{"response_schema":{"properties":{"min_items":{"min_items":1},"any_of":{"any_of":[{"max_length":1}]}}}}}}',
      '{"request":{"generationConfig":{"responseSchema":{"properties":{"min_items":{"minItems":1},"any_of":{"anyOf":[{"maxLength":1}]}}}}}}',
    ],
  ])('mends %s', (_, text, mended) => {
    expect(repaired(text)).toEqual([mended, 'spelling']);
  });

  test.each<[string, string]>([
    ['the caller’s own fields', '{"custom_id":"a","file_data":{"mime_type":1},"request":{"contents":[]}}'],
    [
      'arguments, answers and other content of the caller’s',
      '{"request":{"contents":[{"parts":[{"functionCall":{"args":{"file_data":{"mime_type":1}}}},{"functionResponse":{"response":{"top_p":[{"top_p":1}]}}}]}],"labels":{"file_data":"a"},"tools":[{"functionDeclarations":[{"parametersJsonSchema":{"min_items":1}}]}],"generationConfig":{"responseJsonSchema":{"any_of":[]}}}}',
    ],
    [
      'values, even those that are names',
      '{"request":{"contents":[{"role":"file_data","parts":{"text":"file_data"}}]}}',
    ],
    ['a field that stands in both spellings', '{"request":{"generation_config":{"topP":1},"generationConfig":{}}}'],
    ['names that are nearly known', '{"request":{"generation__config":1,"_contents":2,"tool_konfig":{"top_p":1}}}'],
    ['what is no JSON', '{"request":{"generation_config":{}'],
    ['what is no object', '["generation_config"]'],
  ])('leaves alone %s', (_, text) => {
    const line = Buffer.from(text);
    expect(repairLine(line, REPAIRS)).toEqual({ line, repaired: [] });
    expect(repairLine(line, REPAIRS).line).toBe(line);
  });
});

describe('an empty search', () => {
  test.each<[string, string, string]>([
    [
      'camelCase',
      '{"request":{"tools":[{"googleSearch":{}}]}}',
      '{"request":{"tools":[{"googleSearch":{"timeRangeFilter":null}}]}}',
    ],
    [
      'snake_case and spaces',
      '{"request":{"tools":[{"google_search": { } }]}}',
      '{"request":{"tools":[{"google_search": {"timeRangeFilter":null} }]}}',
    ],
  ])('gets the member that is known to pass, in %s', (_, text, mended) => {
    expect(repaired(text, ['empty-search'])).toEqual([mended, 'empty-search']);
  });

  it('and spelling are mended in one go', () => {
    expect(
      repaired('{"request":{"tools":[{"google_search":{}},{"google_search":{"exclude_domains":["a.b"]}}]}}'),
    ).toEqual([
      '{"request":{"tools":[{"googleSearch":{"timeRangeFilter":null}},{"googleSearch":{"excludeDomains":["a.b"]}}]}}',
      'empty-search',
      'spelling',
    ]);
  });

  test.each([
    '{"request":{"tools":[{"googleSearch":{"excludeDomains":["a.b"]}}]}}',
    '{"request":{"tools":[{"googleSearch":[]},{"googleSearch":null},{"urlContext":{}},{"codeExecution":{}}]}}',
    '{"request":{"contents":[{"parts":{"functionCall":{"args":{"googleSearch":{}}}}}],"labels":{"googleSearch":{}}}}',
    '{"googleSearch":{},"request":{}}',
  ])('is none in %s', (text) => {
    expect(repaired(text)).toEqual([text]);
  });

  it('passes the check when it is mended', () => {
    const line = Buffer.from('\ufeff{"request":{"contents":[{"parts":{"text":"Hi"}}],"tools":[{"google_search":{}}]}}');
    const checked = checkInputRow(line, { keyField: null, rules: {}, repair: REPAIRS });
    expect(checked).toMatchObject({
      errors: 0,
      warnings: 0,
      repaired: ['byte-order-mark', 'empty-search', 'spelling'],
    });
    expect(checked.value).toEqual(checked.row && { request: checked.row.request });
    expect(checkInputRow(line, { keyField: null, rules: {}, repair: [] })).toMatchObject({ errors: 1, repaired: [] });
  });
});

describe('any request', () => {
  /** The request with the names that are its own in camelCase. Content of the caller’s has no such names here. */
  function inCamelCase(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(inCamelCase);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [camelCase(name), inCamelCase(inner)]));
  }

  const spelled = arbitraryRequest.map(
    (request) => `{"custom_id":"a_b", "request":${JSON.stringify(request, null, 1).replaceAll('\n', '\t')}}`,
  );

  it('says the same when it is mended, in one spelling, and is mended once and for all', () => {
    fc.assert(
      fc.property(spelled, (text) => {
        const line = Buffer.from(text);
        const once = repairLine(line, REPAIRS);
        const twice = repairLine(once.line, REPAIRS);
        const before = JSON.parse(text) as { request: unknown };
        const after = JSON.parse(once.line.toString()) as { request: unknown };
        expect(inCamelCase(after)).toEqual(inCamelCase(before));
        expect(twice.line).toBe(once.line);
        expect(twice.repaired).toEqual([]);
        if (once.repaired.length === 0) expect(once.line).toBe(line);
        expect(checkInputRow(once.line, { keyField: null, rules: {}, repair: [] }).problems).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('stays as it is, whatever bytes it is made of, when there is nothing of ours in it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const line = Buffer.from(bytes.filter((byte) => byte !== 0xef));
        expect(repairLine(line, REPAIRS).line).toBe(line);
      }),
    );
  });

  it('of 100,000 levels is mended without running out of stack', () => {
    const deep = `{"request":{"top_p":${'{"a":['.repeat(100_000)}${']}'.repeat(100_000)},"generation_config":1}}`;
    expect(repaired(deep)[1]).toBe('spelling');
  });
});
