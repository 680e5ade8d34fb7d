import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveEmulator, createEmulator } from '../../../src/emulator';
import { CollectBench } from '../../support/collect-bench';
import { answered } from '../../support/job-output';
import { runHere } from '../../support/program';

let bench: CollectBench;

beforeEach(async () => {
  bench = await CollectBench.open();
  await bench.put('in.jsonl', [row('a'), row('b')]);
  await bench.put('out/predictions.jsonl', [answered(row('a'), 'A'), answered(row('z'), 'stranger')]);
});

afterEach(() => bench.close());

function row(key: string): object {
  return { key, request: { contents: [{ role: 'user', parts: [{ text: `prompt of ${key}` }] }] } };
}

const cli = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  runHere(words, {
    environment: { TEMPORAL_CONFIG_FILE: join(bench.directory, 'none.toml'), ...environment },
  });

const words = (...more: readonly string[]) => [
  ...['collect', bench.path('out'), '--input', bench.path('in.jsonl'), '--to', bench.path('to')],
  ...more,
];

describe('vertex-batch collect', () => {
  it('tells people what came of it, and programs that it is partial', async () => {
    const { stdout, stderr, exitCode } = await cli(words());
    expect(stdout).toMatch(/^partial +1 answered · 0 blocked · 0 failed · 1 missing · of 2 +\(50 %\)$/m);
    expect(stdout).toMatch(/^jobs +out$/m);
    expect(stdout).toMatch(/^results +.*to\/results\/ +1 file/m);
    expect(stdout).toMatch(
      /^note +not of this input: 1 row of the outputs, the first in .*predictions\.jsonl at byte \d+$/m,
    );
    expect(stderr).toBe('');
    expect(exitCode).toBe(3);
  });

  it('gives one JSON value, and the same when it is asked again', async () => {
    const first = await cli(words('--json', '--allow-partial'));
    expect(JSON.parse(first.stdout)).toMatchObject({ result: { outcome: 'partial', rows: { answered: 1 } } });
    expect(first.exitCode).toBe(0);
    const again = await cli(words('--json'));
    expect(again).toMatchObject({ stdout: first.stdout, exitCode: 3 });
    expect(again.stderr).toContain('were collected there before');
  });

  it('takes as many threads as it is told to have, of which so little needs one', async () => {
    const { stdout, exitCode } = await cli(words('--threads', '3', '--allow-partial'));
    expect(stdout).toMatch(/^partial +1 answered/m);
    expect(exitCode).toBe(0);
  });

  it('ends with 1 where nothing was answered, and asks whether it is the right input', async () => {
    await bench.put('in.jsonl', [row('x')]);
    const { stdout, exitCode } = await cli(words());
    expect(stdout).toContain('Is this the input that the job read?');
    expect(exitCode).toBe(1);
  });

  it('counts at the prices that a file has', async () => {
    await bench.put('prices.json', [
      { date: '2026-01-31', models: { m: [{ input: 1, output: 2, source: 'contract' }] } },
    ]);
    const { stdout } = await cli(words('--prices', bench.path('prices.json')));
    expect(stdout).toContain('cost $0.000007 (prices of 2026-01-31)');
  });

  it('ends with 2 for what can’t be used', async () => {
    expect(await cli(['collect', bench.path('none'), '--input', bench.path('in.jsonl'), '--to', 'x'])).toMatchObject({
      stderr: expect.stringContaining('InputNotFound: Output') as string,
      exitCode: 2,
    });
    expect(await cli(['collect', bench.path('out'), '--to', 'x'])).toMatchObject({ exitCode: 2 });
  });

  it('collects from Cloud Storage into it', async () => {
    const emulator = createEmulator();
    emulator.blobs.createBucket('acme');
    const server = await serveEmulator(emulator);
    try {
      const put = async (name: string, local: string) => {
        const content = await bench.text(local);
        await emulator.blobs.write(
          'acme',
          name,
          (async function* () {
            yield Buffer.from(content);
          })(),
        );
      };
      await put('in.jsonl', 'in.jsonl');
      await put('out/predictions.jsonl', 'out/predictions.jsonl');
      const collect = ['collect', 'gs://acme/out', '--input', 'gs://acme/in.jsonl', '--to', 'gs://acme/to', '--json'];
      const { stdout, exitCode } = await cli(collect, { VERTEX_BATCH_EMULATOR: server.url });
      expect(JSON.parse(stdout)).toMatchObject({
        result: { rows: { input: 2, answered: 1, missing: 1 }, manifest: 'gs://acme/to/manifest.json' },
      });
      expect(exitCode).toBe(3);
      expect(emulator.blobs.get('acme', 'to/results/part-00001.jsonl')).toBeDefined();
    } finally {
      await server.close();
    }
  });
});
