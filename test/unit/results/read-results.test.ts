import { cp, readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { createEmulator, serveEmulator } from '../../../src/emulator';
import { readDeadLetters, readErrors, readResults, type ResultsPlace } from '../../../src/results';
import type { Collected } from '../../../src/collect/collect-outputs';
import { CollectBench } from '../../support/collect-bench';
import { answered, blocked } from '../../support/job-output';

const Verdict = z.object({ score: z.number().transform((score) => score * 2) });

let bench: CollectBench;
let collected: Collected;

beforeEach(async () => {
  bench = await CollectBench.open();
  await bench.put('in.jsonl', ['a', 'b', 'c', 'd'].map(row));
  await bench.put('out/1/predictions.jsonl', [answered(row('a'), '{"score":1}'), blocked(row('c'))]);
  await bench.put('out/2/predictions.jsonl', [answered(row('b'), '{"score":2}')]);
  collected = await bench.collect({});
});

afterEach(() => bench.close());

function row(key: string): object {
  return { key, request: { contents: [{ role: 'user', parts: [{ text: `prompt of ${key}` }] }] } };
}

async function keysOf(rows: AsyncIterable<{ readonly key?: unknown }>): Promise<unknown[]> {
  const keys: unknown[] = [];
  for await (const { key } of rows) keys.push(key);
  return keys;
}

describe('readResults', () => {
  test.each<[string, () => ResultsPlace]>([
    ['the directory', () => bench.path('to')],
    ['the directory with a slash', () => bench.path('to/')],
    ['the manifest', () => bench.path('to/manifest.json')],
    ['the results prefix', () => collected.result.results.uri],
    ['the result itself', () => collected.result],
  ])('finds its files by %s', async (_, place) => {
    expect(await keysOf(readResults(place()))).toEqual(['a', 'b']);
  });

  it('gives rows as they stand, and with a schema what it makes of the answers', async () => {
    const first = await readResults(collected.result).next();
    expect(first.value).toMatchObject({ key: 'a', text: '{"score":1}', source: { line: 1 }, metadata: {} });
    const scores: number[] = [];
    for await (const { output } of readResults(collected.result, { schema: Verdict })) scores.push(output.score);
    expect(scores).toEqual([2, 4]);
  });

  it('names the row whose answer does not fit', async () => {
    const reading = keysOf(readResults(collected.result, { schema: z.object({ title: z.string() }) }));
    await expect(reading).rejects.toThrow(/answer to row a \(.*in\.jsonl:1\) does not fit the schema: title: .*; mend/);
  });

  it('follows the manifest, never a listing', async () => {
    await bench.put('to/results/part-00099.jsonl', [{ key: 'of another run' }]);
    expect(await keysOf(readResults(bench.path('to')))).toEqual(['a', 'b']);
  });

  it('reads a directory that was copied somewhere else as a whole', async () => {
    await cp(bench.path('to'), bench.path('copy'), { recursive: true });
    await bench.putText('to/results/part-00001.jsonl', 'gone');
    expect(await keysOf(readResults(bench.path('copy')))).toEqual(['a', 'b']);
  });

  it('refuses a file that is not what the manifest names', async () => {
    const [file = ''] = await readdir(bench.path('to/results'));
    await bench.put(`to/results/${file}`, [{ key: 'forged' }]);
    await expect(keysOf(readResults(bench.path('to')))).rejects.toThrow(/isn't what its manifest names any more/);
  });

  it.each([
    ['nothing', /none has no manifest\.json\. A run writes it last/, 'none'],
    ['a JSON file that is none', /other\.json isn't a run's manifest/, 'other.json'],
  ])('says of %s that it is no place of results', async (_, message, name) => {
    await bench.putText('other.json', '{}');
    await expect(keysOf(readResults(bench.path(name)))).rejects.toThrow(message);
  });

  it('says that a run without a manifest has no results', async () => {
    await expect(keysOf(readResults({ manifest: null }))).rejects.toThrow(/stopped before it had anything to write/);
  });

  it('ends with the reason of a signal', async () => {
    const abort = new AbortController();
    const rows = readResults(collected.result, { signal: abort.signal });
    await rows.next();
    abort.abort(new Error('enough'));
    await expect(keysOf(rows)).rejects.toThrow('enough');
  });

  it('reads from Cloud Storage what lies there', async () => {
    const emulator = createEmulator();
    emulator.blobs.createBucket('acme');
    const server = await serveEmulator(emulator);
    try {
      for (const name of ['manifest.json', 'results/part-00001.jsonl', 'results/part-00002.jsonl']) {
        const content = Buffer.from(await bench.text(`to/${name}`));
        await emulator.blobs.write(
          'acme',
          `copied/${name}`,
          (async function* () {
            yield content;
          })(),
        );
      }
      const auth = { getAccessToken: async () => 'token' };
      const rows = readResults('gs://acme/copied/', { auth, endpoints: { storage: server.url } });
      expect(await keysOf(rows)).toEqual(['a', 'b']);
    } finally {
      await server.close();
    }
  });
});

describe('what was not answered', () => {
  it('is read from the same places', async () => {
    expect(await keysOf(readErrors(collected.result))).toEqual(['c', 'd']);
    expect(await keysOf(readDeadLetters(bench.path('to')))).toEqual(['d']);
  });
});
