import { describe, expect, it } from 'vitest';
import type { RequestFacts } from '../../../src/domain/input-estimate';
import { requestFacts, textBytesOf } from '../../../src/schemas/request-facts';

const file = (mimeType?: string) => ({ fileData: { fileUri: 'gs://acme/a', ...(mimeType && { mimeType }) } });
const asking = (...parts: readonly object[]) => ({ contents: [{ role: 'user', parts }] });

describe('of a request is known beside its text', () => {
  const NONE: RequestFacts = { mediaTokens: 0, soundTokens: 0, maxOutputTokens: null, candidates: 1 };

  it.each<[string, unknown, Partial<RequestFacts>]>([
    ['nothing', asking({ text: 'why?' }), {}],
    ['an image', asking({ text: 'why?' }, file('image/png')), { mediaTokens: 258 }],
    ['a file without a type', asking(file()), { mediaTokens: 258 }],
    ['a document and a film', asking(file('application/pdf'), file('video/mp4')), { mediaTokens: 258 + 15_780 }],
    ['sound', asking(file('audio/mpeg')), { soundTokens: 1_920 }],
    ['inline data', asking({ inlineData: { mimeType: 'audio/wav', data: 'AAAA' } }), { soundTokens: 1_920 }],
    ['media in snake_case', asking({ file_data: { mime_type: 'video/mov', file_uri: '' } }), { mediaTokens: 15_780 }],
    ['media in one part', { contents: { parts: file('image/png') } }, { mediaTokens: 258 }],
    ['media of several contents', { contents: [{ parts: [file()] }, { parts: [file()] }] }, { mediaTokens: 516 }],
    ['a bound', { generationConfig: { maxOutputTokens: 100 } }, { maxOutputTokens: 100 }],
    ['a bound as text', { generation_config: { max_output_tokens: '100' } }, { maxOutputTokens: 100 }],
    ['no bound by a 0', { generationConfig: { maxOutputTokens: 0, candidateCount: 0 } }, {}],
    ['candidates', { generationConfig: { candidateCount: 3 } }, { candidates: 3 }],
    ['nothing of null', { contents: null, generationConfig: null }, {}],
    ['nothing of no request', 7, {}],
  ])('%s', (_, request, facts) => {
    expect(requestFacts(request)).toEqual({ ...NONE, ...facts });
  });
});

describe('the text of a request', () => {
  it.each([
    ['is that of strings', asking({ text: 'why?' }), 'user'.length + 4],
    ['is counted in UTF-8', { text: 'é日😀' }, 2 + 3 + 4],
    ['is without media', { inlineData: { mimeType: 'image/png', data: 'AAAA' } }, 'image/png'.length],
    ['is with data that is none of media', { data: { text: 'abc' } }, 3],
    ['is nothing of numbers', { temperature: 0.5, stopSequences: [] }, 0],
  ])('%s', (_, request, bytes) => {
    expect(textBytesOf(request)).toBe(bytes);
  });
});
