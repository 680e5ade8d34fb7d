import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TOKEN_KINDS, usageIn } from '../../../src/domain/usage';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import { readWhole } from '../../../src/rows/commits';
import { loadPartIndex } from '../../../src/rows/part-index-stored';
import { readPlan } from '../../../src/rows/plan';
import { ResultWriter } from '../../../src/rows/result-writer';
import { planPart } from '../../support/planned-part';

const count = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, 9, 10, 2 ** 31 - 1, 2 ** 31));
const anAnswer = fc.record({
  key: fc.string({ unit: 'binary', minLength: 1, maxLength: 1024 }),
  metadata: fc.dictionary(
    fc.string({ unit: 'grapheme' }).filter((name) => !['id', 'request'].includes(name)),
    fc.jsonValue(),
    { maxKeys: 2 },
  ),
  text: fc.string({ unit: 'binary', maxLength: 300 }),
  words: fc.record({
    finishReason: fc.option(fc.string()),
    modelVersion: fc.option(fc.string()),
    hasUsage: fc.boolean(),
  }),
  tokens: fc.array(count, { minLength: TOKEN_KINDS.length + 1, maxLength: TOKEN_KINDS.length + 1 }),
});

test('the line of a plain answer is what JSON.stringify gives of its result (property)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anAnswer, { minLength: 1, maxLength: 5 }), async (answers) => {
      const store = new MemoryObjectStore();
      const uri = await planPart(
        store,
        answers.map(({ key, metadata }) => ({ ...metadata, id: key, request: {} })),
      );
      const index = await loadPartIndex(store, await readPlan(store, uri), 1);
      const writer = new ResultWriter(store, 'gs://bucket/results.jsonl', index);
      for (const [row, { text, words, tokens }] of answers.entries()) {
        const memory = Buffer.from(`,${JSON.stringify(text)},`);
        const place = { memory, keyFrom: 0, keyTo: 0, textFrom: 1, textTo: memory.length - 1 };
        expect(writer.addPlain(row, { ...place, words, tokens: Float64Array.from(tokens) })).toBe(true);
      }
      await writer.close();
      const lines = answers.map(({ text, words, tokens }, row) => {
        const { finishReason, modelVersion, hasUsage } = words;
        const usage = hasUsage ? usageIn(Float64Array.from(tokens)) : null;
        const [key, source, metadata] = [index.keyOf(row), index.sourceOf(row), index.metadataOf(row)];
        return JSON.stringify({ key, outcome: 'answered', source, metadata, text, finishReason, modelVersion, usage });
      });
      expect((await readWhole(store, 'gs://bucket/results.jsonl')).toString()).toBe(`${lines.join('\n')}\n`);
    }),
    { numRuns: 500 },
  );
});

test('metadata that were left to the input are for others to write', async () => {
  const store = new MemoryObjectStore();
  const uri = await planPart(store, [{ id: 'a', request: {}, note: 'long' }], { metadataInInput: () => true });
  const index = await loadPartIndex(store, await readPlan(store, uri), 1);
  const writer = new ResultWriter(store, 'gs://bucket/results.jsonl', index);
  const words = { finishReason: null, modelVersion: null, hasUsage: false };
  const tokens = new Float64Array(TOKEN_KINDS.length + 1);
  const answer = { memory: Buffer.from('"a"'), keyFrom: 1, keyTo: 2, textFrom: 0, textTo: 3, words, tokens };
  expect(writer.addPlain(0, answer)).toBe(false);
  expect(await writer.close()).toBeNull();
});
