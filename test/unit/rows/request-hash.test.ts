import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashOf } from '../../../src/rows/hash64';
import { requestHash } from '../../../src/rows/request-hash';

const request = {
  contents: [
    { role: 'user', parts: [{ text: 'Describe this' }, { fileData: { fileUri: 'gs://a/b', mimeType: 'video/mp4' } }] },
  ],
  generationConfig: {
    temperature: 0.9,
    topP: 1,
    responseSchema: { type: 'OBJECT', properties: { first_name: { type: 'STRING' } } },
  },
};

describe('requestHash', () => {
  test('is the same for the echo, which sorts keys and fills in nulls', () => {
    const echo = {
      contents: [
        {
          parts: [
            { fileData: null, inlineData: null, text: 'Describe this' },
            { fileData: { displayName: null, fileUri: 'gs://a/b', mimeType: 'video/mp4' }, text: null },
          ],
          role: 'user',
        },
      ],
      generationConfig: {
        responseSchema: { properties: { first_name: { enum: [], type: 'STRING' } }, type: 'OBJECT' },
        stopSequences: null,
        temperature: 0.9,
        topP: 1,
      },
      systemInstruction: { parts: null },
      tools: [],
    };
    expect(requestHash(echo)).toBe(requestHash(request));
  });

  test('is the same in either spelling, and for one part without its list', () => {
    const snake = {
      contents: [{ parts: { file_data: { file_uri: 'gs://a/b', mime_type: 'x/y' } } }],
      system_instruction: { parts: { text: 'Be kind' } },
    };
    const camel = {
      contents: [{ parts: [{ fileData: { fileUri: 'gs://a/b', mimeType: 'x/y' } }] }],
      systemInstruction: { parts: [{ text: 'Be kind' }] },
    };
    expect(requestHash(snake)).toBe(requestHash(camel));
  });

  test('leaves names alone where they are the caller’s', () => {
    const schema = (name: string) => ({
      generationConfig: { responseSchema: { properties: { [name]: { type: 'STRING' } } } },
    });
    expect(requestHash(schema('first_name'))).not.toBe(requestHash(schema('firstName')));
    expect(requestHash({ labels: { my_team: 'a' } })).not.toBe(requestHash({ labels: { myTeam: 'a' } }));
    const nested = (name: string) => ({
      contents: [{ parts: [{ functionCall: { name: 'f', args: { deep: { [name]: 1 } } } }] }],
    });
    expect(requestHash(nested('a_b'))).not.toBe(requestHash(nested('aB')));
  });

  test('tells apart what differs in order of lists, in value, in type or in place', () => {
    const different = [
      { contents: ['a', 'b'] },
      { contents: ['b', 'a'] },
      { contents: ['ab'] },
      { contents: [['a'], 'b'] },
      { contents: ['a', 'b', null] },
      { contents: ['1'] },
      { contents: [1] },
      { contents: [true] },
      { contents: { a: 'b' } },
      { contents: { b: 'a' } },
      { tools: ['a', 'b'] },
      { contents: [{ x: { y: 1 } }] },
      { contents: [{ x: 1, y: {} }] },
      {},
    ];
    expect(new Set(different.map(requestHash)).size).toBe(different.length);
  });

  test('does not depend on the order of members (property)', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 8 }), (object) => {
        expect(requestHash(Object.fromEntries(Object.entries(object).toReversed()))).toBe(requestHash(object));
      }),
    );
  });

  test('spreads short texts over 64 bits', () => {
    const hashes = Array.from({ length: 50_000 }, (_, number) => requestHash({ text: String(number) }));
    expect(new Set(hashes).size).toBe(50_000);
    for (const shift of [0n, 16n, 32n, 48n]) {
      const buckets = new Uint32Array(65_536);
      for (const hash of hashes) buckets[Number((hash >> shift) & 0xffffn)]! += 1;
      expect(Math.max(...buckets)).toBeLessThan(12);
    }
  });

  test('does not change: it is stored in indexes', () => {
    expect(requestHash(request).toString(16)).toBe('de46dabbbe7b6754');
    expect(hashOf('row-1').toString(16)).toBe('929c008f4c397f2a');
    expect(hashOf('ключ 🔑 ').toString(16)).toBe('fe1df11ccf71051');
  });

  test('survives a nesting that no stack would', () => {
    let deep: unknown = 'x';
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(() => requestHash({ deep })).not.toThrow();
  });
});
