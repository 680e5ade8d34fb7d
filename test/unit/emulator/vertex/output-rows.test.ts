import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Scenario } from '../../../../src/emulator';
import type { OutputRow } from '../../../support/an-emulator';
import { aRow, EmulatorBench, someRows } from '../../../support/an-emulator';

async function rowsOf(rows: readonly (object | string)[], scenario: Scenario = {}): Promise<OutputRow[]> {
  const bench = new EmulatorBench({ scenario });
  const job = await bench.run(rows);
  if (job.error !== undefined) throw new Error(job.error.message);
  return bench.outputRows();
}

function textOf(row: OutputRow | undefined): unknown {
  return row?.response.candidates?.[0]?.content?.parts[0]?.['text'];
}

function requestWith(request: object): object {
  return { request: { contents: [{ role: 'user', parts: [{ text: 'a prompt' }] }], ...request } };
}

describe('an output row', () => {
  it('has the shape of the samples', async () => {
    const [row] = await rowsOf([aRow('Grüße aus 東京 🚀', 'k1')]);
    expect(Object.keys(row ?? {})).toEqual(['status', 'processed_time', 'request', 'response', 'key']);
    expect(row).toMatchObject({
      status: '',
      key: 'k1',
      response: {
        candidates: [{ content: { role: 'model' }, finishReason: 'STOP' }],
        modelVersion: 'gemini-2.5-flash@default',
      },
    });
    expect(row?.processed_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);
    const { promptTokenCount = 0, candidatesTokenCount = 0, totalTokenCount } = row?.response.usageMetadata ?? {};
    expect(totalTokenCount).toBe(promptTokenCount + candidatesTokenCount);
    expect(textOf(row)).toMatch(/Grüße|aus|東|京|🚀/u);
  });

  it('is the same for the same request', async () => {
    const rows = someRows(5);
    const texts = async () => (await rowsOf(rows)).map((row) => [row['key'], textOf(row)]);
    expect(await texts()).toEqual(await texts());
  });

  it('echoes the request with sorted keys and null for what only other rows have', async () => {
    const file = { fileData: { mimeType: 'image/png', fileUri: 'gs://bucket/a.png' } };
    const rows = await rowsOf(
      [
        { id: 1, request: { contents: [{ role: 'user', parts: [{ text: 'x' }] }] } },
        { request: { generationConfig: { topP: 1, temperature: 0.5 }, contents: [{ parts: [file], role: 'user' }] } },
      ],
      { output: { shuffle: false } },
    );
    expect(JSON.stringify(rows[0]?.request)).toBe(
      '{"contents":[{"parts":[{"fileData":null,"text":"x"}],"role":"user"}],"generationConfig":null}',
    );
    expect(JSON.stringify(rows[1]?.request)).toBe(
      '{"contents":[{"parts":[{"fileData":{"fileUri":"gs://bucket/a.png","mimeType":"image/png"},"text":null}],"role":"user"}],"generationConfig":{"temperature":0.5,"topP":1}}',
    );
    expect(rows.map((row) => row['id'])).toEqual([1, null]);
  });

  it('leaves extra keys out, and coerces ids that look like numbers, when the scenario says so', async () => {
    const rows = [aRow('a', '000001'), aRow('b', '000002')];
    expect((await rowsOf(rows, { echo: { extraKeys: false } }))[0]).not.toHaveProperty('key');
    const coerced = await rowsOf(rows, { echo: { coerceNumericStrings: true } });
    expect(coerced.map((row) => row['key'])).toEqual(expect.arrayContaining([1, 2]));
  });

  it('is shuffled, the same way for the same seed', async () => {
    const order = async (scenario?: Scenario) =>
      (await rowsOf(someRows(50), scenario)).map((row) => String(row['key']));
    const inOrder = someRows(50).map((_row, index) => `key-${index}`);
    expect(await order()).not.toEqual(inOrder);
    expect(await order()).toEqual(await order());
    expect((await order()).sort()).toEqual(inOrder.sort());
    expect(await order({ output: { shuffle: false } })).not.toEqual(await order());
  });

  it.each([
    ['plain', 1, ['predictions.jsonl']],
    ['numbered', 3, ['predictions_0001.jsonl', 'predictions_0002.jsonl', 'predictions_0003.jsonl']],
    ['sharded', 2, ['predictions.jsonl-00000-of-00002', 'predictions.jsonl-00001-of-00002']],
  ] as const)('goes to %s names, every row once', async (naming, files, names) => {
    const bench = new EmulatorBench({ scenario: { output: { naming, files } } });
    await bench.run(someRows(10));
    const uris = bench.emulator.jobs()[0]?.outputFiles ?? [];
    expect(uris.map((uri) => uri.slice(uri.lastIndexOf('/') + 1))).toEqual(names);
    expect(new Set((await bench.outputRows()).map((row) => String(row['key']))).size).toBe(10);
  });

  it('lies in a directory whose time is near the creation and not equal to it', async () => {
    const bench = new EmulatorBench();
    const job = await bench.run([aRow('x')]);
    const directory = job.outputInfo?.gcsOutputDirectory ?? '';
    expect(directory).toMatch(/^gs:\/\/bucket\/out\/prediction-model-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    const time = directory.slice(directory.indexOf('model-') + 6);
    expect(time).not.toBe(job.createTime);
    expect(Math.abs(Date.parse(time) - Date.parse(job.createTime))).toBeLessThan(1000);
  });

  it('comes once for every input row, whatever the rows are', async () => {
    const rowTexts = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), {
      minLength: 1,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(rowTexts, fc.integer({ min: 1, max: 4 }), async (texts, files) => {
        const rows = texts.map((text, index) => aRow(text, `k${index}`));
        const output = await rowsOf(rows, { output: { files } });
        expect(output.map((row) => String(row['key'])).sort()).toEqual(texts.map((_text, index) => `k${index}`).sort());
      }),
      { numRuns: 20 },
    );
  });
});

describe('a row that is refused', () => {
  it('carries the status of the live service', async () => {
    const [row] = await rowsOf([{ request: { contents: [{ role: 'tester', parts: [{ text: 'x' }] }] } }]);
    expect(row?.status).toBe(
      'Bad Request: {"error": {"code": 400, "message": "Please use a valid role: user, model.", "status": "INVALID_ARGUMENT"}}',
    );
    expect(row?.response).toEqual({});
  });

  it.each([
    ['no contents', { request: { systemInstruction: { parts: [{ text: 'x' }] } } }],
    ['no request', { prompt: 'x' }],
    ['a bad function name', requestWith({ tools: [{ functionDeclarations: [{ name: '1st' }] }] })],
    [
      'a part with two kinds of content',
      { request: { contents: [{ parts: [{ text: 'x', inlineData: { data: 'eA==', mimeType: 'text/plain' } }] }] } },
    ],
    ['a file without MIME type', { request: { contents: [{ parts: [{ fileData: { fileUri: 'gs://b/o' } }] }] } }],
    ['an unknown field', requestWith({ contentz: 'x' })],
    ['a temperature out of range', requestWith({ generationConfig: { temperature: 3 } })],
    ['cached content', requestWith({ cachedContent: 'projects/p/x' })],
  ])('is refused for %s, and the job succeeds all the same', async (_what, row) => {
    const bench = new EmulatorBench();
    const job = await bench.run([row]);
    expect(job).toMatchObject({ state: 'JOB_STATE_SUCCEEDED', completionStats: { failedCount: '1' } });
    expect((await bench.outputRows())[0]?.status).toMatch(
      /^Bad Request: \{"error": \{"code": 400, .*"INVALID_ARGUMENT"\}\}$/,
    );
    expect(bench.emulator.jobs()[0]?.rows.billed).toBe(0);
  });

  it.each([
    [
      'snake case',
      {
        request: {
          contents: [{ role: 'user', parts: [{ file_data: { mime_type: 'video/mp4', file_uri: 'gs://b/o' } }] }],
        },
      },
    ],
    [
      'an object for parts and an instruction',
      {
        request: { contents: [{ role: 'user', parts: { text: 'x' } }], system_instruction: { parts: [{ text: 'y' }] } },
      },
    ],
    ['no role', { request: { contents: [{ parts: [{ text: 'x' }] }] } }],
  ])('is not refused for %s', async (_what, row) => {
    expect((await rowsOf([row]))[0]?.status).toBe('');
  });
});

describe('the model', () => {
  it('is replaceable', async () => {
    const seen = new Set<number>();
    const bench = new EmulatorBench({
      answer(row, context) {
        seen.add(context.index);
        switch (row.key) {
          case 'text':
            return 'an answer';
          case 'object':
            return Promise.resolve({ sum: 3 });
          case 'blocked':
            return { blockReason: 'SAFETY' };
          case 'code':
            return { status: 429 };
          case 'status':
            return { status: 'Something else' };
          case 'response':
            return { response: { candidates: [{ finishReason: 'RECITATION' }] } };
          default:
            return undefined;
        }
      },
    });
    const keys = ['text', 'object', 'blocked', 'code', 'status', 'response', 'default'];
    await bench.run(keys.map((key) => aRow('a prompt', key)));
    const rows = new Map((await bench.outputRows()).map((row) => [row['key'], row]));
    expect(textOf(rows.get('text'))).toBe('an answer');
    expect(textOf(rows.get('object'))).toBe('{"sum":3}');
    expect(rows.get('blocked')?.response.promptFeedback).toEqual({ blockReason: 'SAFETY' });
    expect(rows.get('code')?.status).toMatch(/^RESOURCE_EXHAUSTED error occurred: \{"error": \{"code": 429, /);
    expect(rows.get('status')?.status).toBe('Something else');
    expect(rows.get('response')?.response).toEqual({ candidates: [{ finishReason: 'RECITATION' }] });
    expect(textOf(rows.get('default'))).toMatch(/prompt/);
    expect(seen).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
  });

  it('fails the job with code 13 when it throws', async () => {
    const bench = new EmulatorBench({
      answer() {
        throw new Error('out of ideas');
      },
    });
    const job = await bench.run([aRow('x')]);
    expect(job.error).toMatchObject({ code: 13, message: expect.stringContaining('out of ideas') });
  });

  it('gives JSON that obeys the schema', async () => {
    const responseSchema = {
      type: 'OBJECT',
      properties: {
        title: { type: 'STRING', maxLength: 12 },
        score: { type: 'INTEGER', minimum: 1, maximum: 5 },
        mood: { type: 'STRING', enum: ['good', 'bad'] },
        tags: { type: 'ARRAY', items: { type: 'STRING' }, minItems: 2, maxItems: 3 },
      },
      required: ['title', 'score', 'mood', 'tags'],
    };
    const rows = await rowsOf([
      requestWith({ generationConfig: { responseMimeType: 'application/json', responseSchema } }),
    ]);
    const answer = JSON.parse(String(textOf(rows[0]))) as Record<string, unknown>;
    expect(Object.keys(answer)).toEqual(['title', 'score', 'mood', 'tags']);
    expect(answer).toMatchObject({ title: expect.any(String), mood: expect.stringMatching(/^(good|bad)$/) });
    expect(answer['score']).toSatisfy((score: number) => Number.isInteger(score) && score >= 1 && score <= 5);
    expect(answer['tags']).toSatisfy((tags: unknown[]) => tags.length === 2 || tags.length === 3);
  });

  it('calls a declared function', async () => {
    const parameters = { type: 'OBJECT', properties: { city: { type: 'STRING' } } };
    const rows = await rowsOf([requestWith({ tools: [{ functionDeclarations: [{ name: 'weather', parameters }] }] })]);
    expect(rows[0]?.response.candidates?.[0]?.content?.parts[0]).toEqual({
      functionCall: { name: 'weather', args: { city: expect.any(String) } },
    });
  });

  it.each([
    ['blocked', (row: OutputRow) => row.response.candidates === undefined && row.response.promptFeedback?.blockReason],
    ['safety', (row: OutputRow) => row.response.candidates?.[0]?.finishReason === 'SAFETY'],
    ['max-tokens', (row: OutputRow) => row.response.candidates?.[0]?.finishReason === 'MAX_TOKENS' && textOf(row)],
    [
      'max-tokens-empty',
      (row: OutputRow) => row.response.candidates?.[0]?.finishReason === 'MAX_TOKENS' && textOf(row) === undefined,
    ],
    ['image', (row: OutputRow) => row.response.candidates?.[0]?.content?.parts[0]?.['inlineData']],
    ['bad-request', (row: OutputRow) => row.status.startsWith('Bad Request: {')],
    ['resource-exhausted', (row: OutputRow) => row.status.startsWith('RESOURCE_EXHAUSTED error occurred: {')],
    ['unavailable', (row: OutputRow) => row.status.includes('503')],
    ['provisioning', (row: OutputRow) => row.status.includes('Service agents are being provisioned')],
  ] as const)('does %s on its trigger phrase and by rule', async (outcome, holds) => {
    const [byPhrase] = await rowsOf([aRow(`please [[${outcome}]]`)]);
    const [byRule] = await rowsOf([aRow('please')], { rows: [{ outcome, containing: 'please' }] });
    for (const row of [byPhrase, byRule]) expect(row !== undefined && holds(row)).toBeTruthy();
  });

  it('meets about the share of rows that a rule says, the same ones each time', async () => {
    const scenario: Scenario = { rows: [{ outcome: 'resource-exhausted', share: 0.25 }] };
    const failedKeys = async () =>
      (await rowsOf(someRows(400), scenario)).filter((row) => row.status !== '').map((row) => String(row['key']));
    const failed = await failedKeys();
    expect(failed.length).toBeGreaterThan(60);
    expect(failed.length).toBeLessThan(140);
    expect(await failedKeys()).toEqual(failed);
  });

  it('answers in a later job what the first ones refused, when the rule is for the first ones', async () => {
    const bench = new EmulatorBench({ scenario: { rows: [{ outcome: 'unavailable', firstJobs: 1 }] } });
    expect((await bench.run([aRow('x')])).completionStats).toEqual({ failedCount: '1' });
    expect((await bench.run([aRow('x')])).completionStats).toEqual({ successfulCount: '1' });
  });

  it('can lose a row altogether', async () => {
    const bench = new EmulatorBench();
    const job = await bench.run([aRow('x'), aRow('[[lost]]')]);
    expect(job.completionStats).toEqual({ successfulCount: '1', incompleteCount: '1' });
    expect(await bench.outputRows()).toHaveLength(1);
  });
});

describe('a job whose input is the output of another', () => {
  it('runs only what has no answer yet, and merges', async () => {
    const bench = new EmulatorBench({
      scenario: { rows: [{ outcome: 'unavailable', containing: 'prompt 3', firstJobs: 1 }] },
    });
    const file = { fileData: { mimeType: 'image/png', fileUri: 'gs://bucket/a.png' } };
    await bench.run([...someRows(6), { key: 'file', request: { contents: [{ role: 'user', parts: [file] }] } }]);
    const first = await bench.outputRows();
    const uris = bench.emulator.jobs()[0]?.outputFiles;
    const resumed = await bench.run([], { inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris } } });
    expect(resumed.error).toBeUndefined();
    expect(resumed.completionStats).toEqual({ successfulCount: '7' });
    expect(bench.emulator.jobs()[1]?.rows.billed).toBe(1);
    const second = await bench.outputRows();
    const kept = first.filter((row) => row.status === '');
    expect(second).toEqual(expect.arrayContaining(kept));
    expect(second).toHaveLength(7);
  });
});
