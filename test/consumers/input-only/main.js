const { deepStrictEqual, strictEqual } = require('node:assert');
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { problemsOfRow, toResponseSchema, validateInput, writeRequests } = require('temporal-vertex-batch/input');
const { readResults } = require('temporal-vertex-batch/results');

const row = (key, role = 'user') => ({ key, request: { contents: [{ role, parts: [{ text: 'x'.repeat(1_000) }] }] } });

/** Validates rows, and a file that is large enough for threads. */
async function main() {
  deepStrictEqual(problemsOfRow(row('a')), []);
  strictEqual(problemsOfRow(row('a', 'tester'))[0].rule, 'role');
  deepStrictEqual((await validateInput([row('a'), row('b', 'tester')])).rules, { role: { errors: 1, warnings: 0 } });

  deepStrictEqual(toResponseSchema({ type: ['string', 'null'] }), { type: 'STRING', nullable: true });

  const path = join(__dirname, 'rows.jsonl');
  writeFileSync(path, Array.from({ length: 50_000 }, (_, key) => `${JSON.stringify(row(`k${key}`))}\n`).join(''));
  const { valid, rows } = await validateInput(path, { threads: 2 });
  deepStrictEqual([valid, rows], [true, 50_000]);

  const written = await writeRequests(join(__dirname, 'written.jsonl'), [row('a'), row('b')]);
  deepStrictEqual(written.rows, 2);
  await readResults(__dirname)
    .next()
    .then(
      () => strictEqual('results', 'none'),
      (error) => strictEqual(error.type, 'NotFound'),
    );

  const loaded = Object.keys(require.cache).filter((file) =>
    /@temporalio|@google-cloud|google-auth-library/.test(file),
  );
  deepStrictEqual(loaded, []);
  console.log('nothing of Temporal was loaded');
}

void main();
