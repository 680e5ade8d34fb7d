import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOfRow } from 'temporal-vertex-batch/input';
import { problemsOf, promptFor } from './prompts';

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
