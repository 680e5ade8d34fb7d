import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { problemsOfRow } from 'temporal-vertex-batch/input';
import { problemsOf, promptFor, writePrompts } from './prompts';

void test('a prompt is a row that a job can run', () => {
  assert.deepEqual(problemsOfRow(promptFor({ id: 'p-1', title: 'Moby Dick' })), []);
});

void test('two books of one id are found before they are paid for', async () => {
  const problems = await problemsOf([
    { id: 'p-1', title: 'Moby Dick' },
    { id: 'p-1', title: 'Ulysses' },
  ]);
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /^row 2, key: .*<rows>:1/);
});

void test('prompts are written as a job reads them', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'prompts-'));
  try {
    const path = join(directory, 'prompts.jsonl');
    assert.equal(await writePrompts([{ id: 'p-1', title: 'Moby Dick' }], path), 1);
    assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), promptFor({ id: 'p-1', title: 'Moby Dick' }));
  } finally {
    await rm(directory, { recursive: true });
  }
});
