import { afterEach, describe, expect, it } from 'vitest';
import type { VertexBatchPluginOptions } from '../../../src/plugin';
import { startEmulator, type StartEmulatorOptions, type TestEmulator } from '../../../src/testing';

const started: TestEmulator[] = [];

afterEach(async () => {
  for (const emulator of started.splice(0)) await emulator.close();
});

async function anEmulator(options?: StartEmulatorOptions): Promise<TestEmulator> {
  const emulator = await startEmulator(options);
  started.push(emulator);
  return emulator;
}

async function createJob({ url }: TestEmulator): Promise<void> {
  const response = await fetch(`${url}/v1/projects/acme/locations/us-central1/batchPredictionJobs`, {
    method: 'POST',
    headers: { authorization: 'Bearer emulator', 'content-type': 'application/json' },
    body: JSON.stringify({
      displayName: 'greetings',
      model: 'publishers/google/models/gemini-2.5-flash',
      inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: ['gs://acme/in.jsonl'] } },
      outputConfig: { predictionsFormat: 'jsonl', gcsDestination: { outputUriPrefix: 'gs://acme/out' } },
    }),
  });
  expect(response.status, await response.clone().text()).toBe(200);
}

const GREETING = { request: { contents: [{ role: 'user', parts: [{ text: 'Say hello' }] }] } };

describe('startEmulator', () => {
  it('keeps rows as they were put', async () => {
    const emulator = await anEmulator();
    await emulator.put('gs://acme/in/a.jsonl', [{ key: 'ä' }, '{ "key" : "as written" }']);
    expect(await emulator.rows('gs://acme/in/a.jsonl')).toEqual([{ key: 'ä' }, { key: 'as written' }]);
  });

  it('takes rows that come one after the other', async () => {
    const emulator = await anEmulator();
    async function* rows() {
      yield { key: 1 };
      yield { key: 2 };
    }
    await emulator.put('gs://acme/in.jsonl', rows());
    expect(await emulator.rows('gs://acme/in.jsonl')).toEqual([{ key: 1 }, { key: 2 }]);
  });

  it('reads a folder and a wildcard in the order of the names', async () => {
    const emulator = await anEmulator();
    await emulator.put('gs://acme/in/b.jsonl', [{ key: 'b' }]);
    await emulator.put('gs://acme/in/a.jsonl', [{ key: 'a' }]);
    await emulator.put('gs://acme/in/deeper/c.jsonl', [{ key: 'c' }]);
    await emulator.put('gs://acme/inside.jsonl', [{ key: 'elsewhere' }]);
    expect(await emulator.rows('gs://acme/in/')).toEqual([{ key: 'a' }, { key: 'b' }, { key: 'c' }]);
    expect(await emulator.rows('gs://acme/in/*.jsonl')).toEqual([{ key: 'a' }, { key: 'b' }]);
  });

  it('says what there is when a URI names nothing', async () => {
    const emulator = await anEmulator();
    await emulator.put('gs://acme/in.jsonl', []);
    await expect(emulator.rows('gs://acme/out/')).rejects.toThrow(
      "gs://acme/out/ doesn't exist; gs://acme has in.jsonl",
    );
    await expect(emulator.rows('gs://amce/in.jsonl')).rejects.toThrow('nothing was ever written to gs://amce');
  });

  it('names the line that is not JSON', async () => {
    const emulator = await anEmulator();
    await emulator.put('gs://acme/in.jsonl', [{}, '{oops']);
    await expect(emulator.rows('gs://acme/in.jsonl')).rejects.toThrow("gs://acme/in.jsonl isn't JSONL: line 2");
  });

  it.each([
    ['acme/in.jsonl', [], 'URI must be gs://bucket/name, got "acme/in.jsonl"'],
    ['gs://acme/in/', [], 'put needs the URI of an object'],
    ['gs://acme/in.jsonl', '{}\n', 'put takes a list of rows, got a text of 3 characters'],
    ['gs://acme/in.jsonl', [undefined], 'row 1 must be a value that JSON can hold, got undefined'],
  ])('refuses to put %s with rows %o', async (uri, rows, message) => {
    const emulator = await anEmulator();
    await expect(emulator.put(uri, rows)).rejects.toThrow(message);
  });

  it('refuses an option that it has not', async () => {
    const misspelt: object = { awnser: () => 'hello' };
    await expect(startEmulator(misspelt)).rejects.toThrow('startEmulator has no option awnser, did you mean "answer"?');
  });

  it('has every bucket that is asked for', async () => {
    const { url } = await anEmulator();
    const listing = await fetch(`${url}/storage/v1/b/never-created/o`);
    expect(listing.status).toBe(200);
  });

  it('answers rows as it is told to', async () => {
    const emulator = await anEmulator({ answer: () => ({ greeting: 'hello' }), clock: 'stepped' });
    await emulator.put('gs://acme/in.jsonl', [GREETING]);
    await createJob(emulator);
    await emulator.advance(60_000);
    const [job] = emulator.jobs();
    expect(job).toMatchObject({ displayName: 'greetings', state: 'JOB_STATE_SUCCEEDED', rows: { successful: 1 } });
    expect(await emulator.rows(`${job?.outputDirectory}/`)).toMatchObject([
      { response: { candidates: [{ content: { parts: [{ text: '{"greeting":"hello"}' }] } }] } },
    ]);
  });

  it('knows no job of another emulator', async () => {
    const emulator = await anEmulator();
    await emulator.put('gs://acme/in.jsonl', [GREETING]);
    await createJob(emulator);
    expect((await anEmulator()).jobs()).toEqual([]);
  });

  it('gives options that a plugin takes as they are', async () => {
    const emulator = await anEmulator();
    const options: VertexBatchPluginOptions = emulator.pluginOptions;
    expect(options.endpoints).toEqual({ api: emulator.url, storage: emulator.url, bigquery: emulator.url });
  });

  it('is gone after close', async () => {
    const emulator = await anEmulator();
    await emulator.close();
    await expect(fetch(emulator.url)).rejects.toThrow('fetch failed');
  });
});
