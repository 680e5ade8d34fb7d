import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHere } from '../../support/program';

let directory: string;
let wrong: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cli-prices-'));
  wrong = await file(
    'wrong.json',
    '{"date":"2026-01-31","models":{"m":[{"input":1,"output":-2,"source":"contract"}]}}',
  );
});

afterAll(() => rm(directory, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

const cli = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  runHere(words, { environment: { TEMPORAL_CONFIG_FILE: join(directory, 'none.toml'), ...environment } });

describe('prices that can’t be used end a command with 2 before it does anything', () => {
  it.each([
    ['dev', ['dev']],
    ['worker', ['worker']],
    ['run', ['run', '--model', 'm', '--input', 'none.jsonl', '--output', 'gs://acme/answers/']],
    ['collect', ['collect', 'none', '--input', 'none.jsonl', '--to', 'none']],
  ])('%s', async (_, words) => {
    const { stdout, stderr, exitCode } = await cli([...words, '--prices', wrong]);
    expect(stderr).toContain(`--prices ${wrong}: models.m[0].output must be USD for a million tokens`);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  it.each([
    ['is not there', 'none.json', null, "doesn't exist"],
    ['is empty', 'empty.json', '', 'JSON'],
    ['is no JSON', 'text.json', 'input: 1', 'is not valid JSON'],
    ['is no object', 'list.json', '[]', 'the price table must be an object such as'],
    ['has a misspelt field', 'spelt.json', '{"date":"2026-01-31","model":{},"models":{}}', 'did you mean "models"?'],
  ])('where the file that the environment names %s', async (_, name, content, problem) => {
    const path = content === null ? join(directory, name) : await file(name, content);
    const { stderr, exitCode } = await cli(['worker'], { VERTEX_BATCH_PRICES: path });
    expect(stderr).toContain(`VERTEX_BATCH_PRICES ${path}`);
    expect(stderr).toContain(problem);
    expect(exitCode).toBe(2);
  });

  it('and are not looked at by a command that needs none', async () => {
    expect(await cli(['validate', '-'], { VERTEX_BATCH_PRICES: wrong })).toMatchObject({
      stderr: expect.not.stringContaining('VERTEX_BATCH_PRICES') as string,
    });
  });
});
