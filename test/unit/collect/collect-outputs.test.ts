import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import type { ObjectStore } from '../../../src/gateways/object-store';
import { testAttempt } from '../../support/attempt';
import { CollectBench } from '../../support/collect-bench';
import { failingStore } from '../../support/failing-store';
import { answered, blocked, refused } from '../../support/job-output';

let bench: CollectBench;

beforeEach(async () => {
  bench = await CollectBench.open();
});

afterEach(() => bench.close());

function request(text: string): object {
  return { contents: [{ role: 'user', parts: [{ text }] }] };
}

function row(key: string, others: object = {}): object {
  return { key, request: request(`prompt of ${key}`), ...others };
}

/** The text of each answered row, by its key. */
async function texts(collected: Awaited<ReturnType<CollectBench['collect']>>): Promise<Record<string, unknown>> {
  const rows = await bench.results(collected);
  return Object.fromEntries(rows.map(({ key, text }) => [key as string, text]));
}

describe('collect joins', () => {
  it('by key: every row in results, errors or dead letters, with its own file and line', async () => {
    await bench.put('in.jsonl', [row('a', { tenant: 7 }), row('b'), row('c'), row('d')]);
    await bench.put('out/prediction-model-x/predictions.jsonl', [
      refused(row('c'), 429),
      answered(row('a'), 'A'),
      blocked(row('b')),
    ]);
    const collected = await bench.collect({});
    expect(collected.result).toMatchObject({
      outcome: 'partial',
      rows: { input: 4, answered: 1, blocked: 1, failed: 1, missing: 1 },
      directory: bench.path('to/'),
      jobs: [{ name: bench.path('out/prediction-model-x'), state: 'JOB_STATE_UNSPECIFIED' }],
    });
    expect(await bench.results(collected)).toMatchObject([
      { key: 'a', text: 'A', metadata: { tenant: 7 }, source: { uri: bench.path('in.jsonl'), line: 1 } },
    ]);
    expect(await bench.rows(collected.result.errors)).toMatchObject([
      { key: 'b', outcome: 'blocked' },
      { key: 'c', outcome: 'failed', error: { code: 429 } },
      { key: 'd', outcome: 'missing', error: { message: 'The outputs that were given have no row for it.' } },
    ]);
    expect(await bench.rows(collected.result.deadLetters)).toEqual([row('c'), row('d')]);
    expect(JSON.parse(await bench.text('to/manifest.json'))).toMatchObject({ format: 1, result: collected.result });
  });

  it('by request what echoes no key, one that the service changed, or one of a staged copy', async () => {
    await bench.put('in.jsonl', [{ id: '007', ...row('a') }, row('b'), row('c')]);
    await bench.put('out/predictions.jsonl', [
      answered({ key: 7, request: request('prompt of a') }, 'A'),
      answered({ request: { contents: [{ parts: [{ fileData: null, text: 'prompt of b' }], role: 'user' }] } }, 'B'),
      answered({ key: 'r0-3', request: request('prompt of c') }, 'C'),
    ]);
    expect(await texts(await bench.collect({}))).toEqual({ a: 'A', b: 'B', c: 'C' });
  });

  it('the n-th answer to the n-th row where rows are the same in all that an output says', async () => {
    const same = { key: 'twin', request: request('x') };
    await bench.put('in.jsonl', [same, same, row('c')]);
    await bench.put('out/predictions.jsonl', [answered(same, '1'), answered(same, '2'), answered(row('c'), 'C')]);
    const collected = await bench.collect({});
    expect(collected.result.rows).toMatchObject({ answered: 3, missing: 0 });
    expect(
      (await bench.results(collected)).map(({ source, text }) => [(source as { line: number }).line, text]),
    ).toEqual(
      expect.arrayContaining([
        [1, '1'],
        [2, '2'],
      ]),
    );
  });

  it('by the field that is named', async () => {
    await bench.put('in.jsonl', [
      { ...row('same'), book: 'x' },
      { ...row('same'), book: 'y' },
    ]);
    await bench.put('out/predictions.jsonl', [
      answered({ ...row('same'), book: 'y' }, 'Y'),
      answered({ ...row('same'), book: 'x' }, 'X'),
    ]);
    expect(await texts(await bench.collect({ keyField: 'book' }))).toEqual({ x: 'X', y: 'Y' });
  });

  it('several outputs, of which each row has one winner, and says what is none of the input’s', async () => {
    await bench.put('in.jsonl', [row('a'), row('b')]);
    await bench.put('out/1/predictions.jsonl', [answered(row('a'), 'first'), refused(row('b'), 429)]);
    await bench.put('out/2/predictions.jsonl', [answered(row('b'), 'second'), answered(row('z'), 'stranger')]);
    const collected = await bench.collect({});
    expect(collected.result).toMatchObject({ outcome: 'succeeded', rows: { answered: 2 }, errors: null });
    expect(await texts(collected)).toEqual({ a: 'first', b: 'second' });
    expect(collected).toMatchObject({ strangers: 1, problems: [{ kind: 'stranger' }] });
  });

  it('whatever rows a run would refuse, as long as they are rows', async () => {
    const tester = { key: 'b', request: { contents: [{ role: 'tester', parts: [] }] }, extra: {} };
    await bench.putText('in.jsonl', `${JSON.stringify(row('a'))}\n\n${JSON.stringify(tester)}\n{"half\n`);
    await bench.put('out/predictions.jsonl', [answered(row('a'), 'A'), refused(tester, 400)]);
    const collected = await bench.collect({});
    expect(collected.result.rows).toEqual({ input: 3, answered: 1, blocked: 0, failed: 2, missing: 0 });
    const errors = await bench.rows(collected.result.errors);
    expect(errors).toMatchObject([{ error: { status: 'INVALID_ARGUMENT' } }, { error: { status: 'INVALID_INPUT' } }]);
  });

  it('as a naive program does, whatever files the rows are spread over (property)', async () => {
    const places = [
      'out/a/predictions.jsonl',
      'out/a/predictions_0002.jsonl',
      'gs://acme/b/predictions.jsonl-00000-of-00002',
    ];
    const spread = fc.array(
      fc.record({ place: fc.nat(2), kind: fc.constantFrom('answer', 'block', 'refuse', 'none') }),
      {
        minLength: 1,
        maxLength: 30,
      },
    );
    await fc.assert(
      fc.asyncProperty(spread, async (rows) => {
        const own = await CollectBench.open();
        try {
          const lines = rows.map(({ kind }, at) => lineOf(kind, row(`k${at}`)));
          for (const [number, place] of places.entries()) {
            const there = lines.filter((line, at) => line !== undefined && rows[at]?.place === number);
            await own.put(place, there.toReversed() as string[]);
          }
          await own.put(
            'in.jsonl',
            rows.map((_, at) => row(`k${at}`)),
          );
          const collected = await own.collect({ outputs: [own.path('out'), 'gs://acme/b'] });
          const count = (wanted: string) => rows.filter(({ kind }) => kind === wanted).length;
          expect(collected.result.rows).toEqual({
            input: rows.length,
            answered: count('answer'),
            blocked: count('block'),
            failed: count('refuse'),
            missing: count('none'),
          });
          const keys = (await own.results(collected)).map(({ key }) => key);
          const wanted = rows.flatMap(({ kind }, at) => (kind === 'answer' ? [`k${at}`] : []));
          expect(new Set(keys)).toEqual(new Set(wanted));
          expect(keys).toHaveLength(wanted.length);
        } finally {
          await own.close();
        }
      }),
      { numRuns: 25 },
    );
  });
});

function lineOf(kind: string, given: object): string | undefined {
  if (kind === 'answer') return answered(given, 'x');
  if (kind === 'block') return blocked(given);
  return kind === 'refuse' ? refused(given, 400) : undefined;
}

describe('collect finds', () => {
  const line = answered(row('a'), 'A');
  test.each<[string, readonly string[], readonly string[]]>([
    ['a file, whatever its name', ['mine.txt'], ['mine.txt']],
    ['a directory', ['d/predictions.jsonl'], ['d']],
    ['directories below', ['d/x/y/predictions_0001.jsonl'], ['d/']],
    ['a wildcard', ['d/x/predictions.jsonl'], ['d/*/pred*']],
    ['what a wildcard names in so many words', ['d/mine.json'], ['d/*.json']],
    ['the beginning of a name', ['d/prediction-model-1/predictions.jsonl'], ['d/prediction-mod']],
    ['a shard', ['d/predictions.jsonl-00001-of-00003'], ['d']],
    ['an incremental file where there is no other', ['d/incremental_predictions.jsonl'], ['d']],
    ['a file that is named twice, once', ['d/predictions.jsonl'], ['d', 'd/predictions.jsonl']],
  ])('%s', async (_, files, outputs) => {
    for (const root of [bench.directory, 'gs://acme/root']) {
      for (const file of files) await bench.put(root.startsWith('gs:') ? `${root}/${file}` : file, [line]);
      await bench.put(`in.jsonl`, [row('a')]);
      const named = outputs.map((output) => `${root}/${output}`);
      const { result, duplicates } = await bench.collect({ outputs: named, to: bench.path(`to-${root.length}`) });
      expect(result).toMatchObject({ outcome: 'succeeded', jobCount: 1 });
      expect(duplicates).toBe(0);
    }
  });

  it('no incremental file beside others, nor what isn’t an output', async () => {
    await bench.put('in.jsonl', [row('a')]);
    await bench.put('out/predictions.jsonl', [line]);
    await bench.put('out/incremental_predictions.jsonl', [line, line]);
    await bench.put('out/notes.jsonl', ['what?']);
    expect(await bench.collect({})).toMatchObject({ duplicates: 0, strangers: 0, result: { outcome: 'succeeded' } });
  });
});

describe('collect refuses, before anything is written,', () => {
  beforeEach(async () => {
    await bench.put('in.jsonl', [row('a')]);
    await bench.put('out/predictions.jsonl', [answered(row('a'), 'A')]);
    await bench.putText('empty.jsonl', '');
    await bench.putText('blank.jsonl', '\n\n');
    await bench.putText('array.jsonl', '[{"request": {}}]');
  });

  const at = (name: string) => () => bench.path(name);
  test.each<[string, () => Partial<Parameters<CollectBench['collect']>[0]>, RegExp]>([
    ['outputs that aren’t there', () => ({ outputs: [at('none')()] }), /Output .*none has no predictions\*\.jsonl/],
    ['input that isn’t there', () => ({ input: [at('none')()] }), /Input .*none does not exist/],
    ['a folder as input', () => ({ input: [at('out')()] }), /Input .*out is a folder; name the files in it/],
    ['empty input', () => ({ input: [at('empty.jsonl')()] }), /Input .*empty\.jsonl is empty/],
    ['a table that isn’t there', () => ({ outputs: ['bq://a.b.c'] }), /Output bq:\/\/a\.b\.c does not exist/],
    ['a file as target', () => ({ to: at('in.jsonl')() }), /in\.jsonl is a file; name a directory/],
    ['a bucket that can’t be one', () => ({ to: 'gs://A' }), /URI must be gs:\/\/bucket\/name/],
  ])('%s', async (_, wrong, message) => {
    await expect(bench.collect(wrong())).rejects.toThrow(message);
    expect(await bench.files('to')).toEqual([]);
  });

  it.each([
    ['blank.jsonl', /The input has no rows: all its lines are blank/],
    ['array.jsonl', /array\.jsonl isn't JSONL; run vertex-batch validate/],
  ])('input without rows: %s', async (name, message) => {
    await expect(bench.collect({ input: [bench.path(name)] })).rejects.toThrow(message);
    expect(await bench.files('to')).toEqual([]);
  });

  it('outputs of which nothing can be read, and leaves nothing', async () => {
    await bench.putText('out/predictions.jsonl', 'what?\nis\nthis\n');
    await expect(bench.collect({})).rejects.toThrow(/None of the 3 lines .* is a row of a batch job/);
    expect(await bench.files('to')).toEqual([]);
  });
});

describe('the target', () => {
  beforeEach(async () => {
    await bench.put('in.jsonl', [row('a'), row('b')]);
    await bench.put('out/predictions.jsonl', [answered(row('a'), 'A')]);
  });

  it('of the same collect answers with what was written', async () => {
    const first = await bench.collect({});
    expect(await bench.collect({})).toMatchObject({ stood: true, result: first.result });
  });

  it('of another collect, of a run, or with results of unknown origin is refused', async () => {
    await bench.collect({});
    await bench.put('out/predictions.jsonl', [answered(row('b'), 'B')]);
    await expect(bench.collect({})).rejects.toThrow(/has the result of other outputs .*: name an empty directory/);
    await bench.putText('run/plan.json', JSON.stringify({ version: 1, execution: 'another' }));
    await expect(bench.collect({ to: bench.path('run') })).rejects.toThrow(/has the files of a run/);
    await bench.put('old/results/part-1.jsonl', ['{}']);
    await expect(bench.collect({ to: bench.path('old') })).rejects.toThrow(/has results\/part-1\.jsonl/);
    expect(await bench.files('old')).toEqual(['part-1.jsonl']);
  });

  it('may hold other things, which stay', async () => {
    await bench.putText('to/notes.md', 'mine');
    await bench.collect({});
    expect(await bench.text('to/notes.md')).toBe('mine');
  });

  it('may be in a bucket', async () => {
    const { result } = await bench.collect({ to: 'gs://acme/answers' });
    expect(result).toMatchObject({ directory: 'gs://acme/answers/', manifest: 'gs://acme/answers/manifest.json' });
    expect(await bench.rows(result.deadLetters)).toEqual([row('b')]);
  });

  it('has nothing of a collect that is interrupted, at whatever moment', async () => {
    await bench.putText('to/notes.md', 'mine');
    for (let calls = 1; ; calls += 1) {
      const attempt = testAttempt();
      let left = calls;
      const through = (store: ObjectStore) =>
        failingStore(store, () => {
          left -= 1;
          if (left === 0) attempt.cancel(new Error('interrupted'));
          return undefined;
        });
      const end = await bench.collect({}, { through, attempt }).catch((error: Error) => error.message);
      if (left > 0) break;
      if (end === 'interrupted' && !(await bench.files('to')).includes('manifest.json')) {
        expect(await bench.files('to')).toEqual(['notes.md']);
      } else expect(await bench.files('to')).toContain('manifest.json');
      await bench.store.delete(bench.path('to/manifest.json'));
      await bench.close();
      await bench.put('in.jsonl', [row('a'), row('b')]);
      await bench.put('out/predictions.jsonl', [answered(row('a'), 'A')]);
      await bench.putText('to/notes.md', 'mine');
    }
  }, 30_000);

  it('of a collect that was killed is taken up by the same call', async () => {
    for (const calls of [4, 8, 12, 16, 20, 24, 28]) {
      const to = bench.path(`to-${calls}`);
      let left = calls;
      const killed = bench.collect(
        { to },
        { through: (store) => failingStore(store, () => (--left < 0 ? 'before' : undefined)) },
      );
      await killed.catch(() => undefined);
      const collected = await bench.collect({ to });
      expect(collected.result.rows).toEqual({ input: 2, answered: 1, blocked: 0, failed: 0, missing: 1 });
      expect((await bench.results(collected)).map(({ key }) => key)).toEqual(['a']);
    }
  }, 30_000);
});
