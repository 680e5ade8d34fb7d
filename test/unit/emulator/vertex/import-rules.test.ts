import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { aRow, EmulatorBench } from '../../../support/an-emulator';

function withRequest(request: object): object {
  return { request: { contents: [{ role: 'user', parts: [{ text: 'x' }] }], ...request } };
}

function withSchema(responseSchema: object): object {
  return withRequest({ generationConfig: { responseSchema } });
}

/** `request` is level 1, `generationConfig` 2, `responseSchema` 3. */
function nested(levels: number): object {
  let schema: object = { type: 'STRING' };
  for (let level = 3; level < levels; level += 1) schema = { items: schema };
  return withSchema(schema);
}

describe('the import before a job runs', () => {
  it.each([
    [
      'an array in one row and a single value in another',
      [withSchema({ anyOf: [{ type: ['STRING', 'NULL'] }] }), withSchema({ anyOf: [{ type: 'STRING' }] })],
      'Repeated field must be imported as a JSON array. Field: request.generationConfig.responseSchema.anyOf.type',
    ],
    ['16 levels', [nested(16)], 'Schema nested too deeply, at least 16 compared to the maximum allowed level of 15'],
    ['a key with a dollar', [withSchema({ $defs: { a: 1 } })], 'Invalid field name "$defs"'],
    ['a key with a space', [withSchema({ 'first name': { type: 'STRING' } })], 'Invalid field name "first name"'],
    [
      'an empty object',
      [withRequest({ tools: [{ google_search: {} }] })],
      "Cannot store struct 'request.tools.google_search' with no fields",
    ],
    ['null in an array', [withSchema({ enum: ['a', null] })], 'Only optional fields can be set to NULL. Field: enum'],
    [
      'null for an array of another row',
      [withSchema({ enum: null }), withSchema({ enum: ['a'] })],
      'Only optional fields can be set to NULL. Field: enum',
    ],
    [
      'types that differ',
      [aRow('x'), { ...aRow('x'), key: 7 }],
      'Field: key: a number was found where an earlier row has a string',
    ],
    ['a line that is no JSON', ['{"request": '], 'Error while reading data: JSON parsing error in row'],
    [
      'an array of rows',
      [JSON.stringify([aRow('x')])],
      'Error while reading data: JSON parsing error in row, expected an object',
    ],
    ['no rows', [], 'The input has no rows.'],
    ['a blank line', [aRow('x'), '', aRow('y')], 'JSON parsing error in row'],
    ['a line of white space', [aRow('x'), ' \t'], 'JSON parsing error in row'],
    ['a byte order mark', [`\uFEFF${JSON.stringify(aRow('x'))}`], 'JSON parsing error in row'],
    [
      'a name that an object has twice',
      ['{"key": "a", "request": {"contents": [], "contents": []}}'],
      'the name "contents" is there twice in one object',
    ],
    [
      'a name that an object has twice, once escaped',
      ['{"key": {"a": 1, "\\u0061": 2}}'],
      'the name "a" is there twice',
    ],
    [
      'names that differ in their case only',
      [
        withSchema({ properties: { Name: { type: 'STRING' } } }),
        withSchema({ properties: { name: { type: 'STRING' } } }),
      ],
      'Duplicate field name "name"',
    ],
    ['columns that differ in their case only', [{ ...aRow('x'), Key: 'y' }], 'Duplicate field name "Key"'],
    ['a column of the service', [{ ...aRow('x'), status: 'new' }], 'Reserved field name "status"'],
    ['a column of the service in other letters', [{ ...aRow('x'), Processed_Time: 1 }], 'Reserved field name'],
    ['a list in a list', [{ ...aRow('x'), matrix: [[1]] }], 'Nested arrays are not allowed. Field: matrix'],
    ['an empty object at the top', [{ ...aRow('x'), tags: {} }], "Cannot store struct 'tags' with no fields"],
    ['a name with 301 letters', [{ ...aRow('x'), [`a${'b'.repeat(300)}`]: 1 }], 'Invalid field name'],
    ['a thousand levels', [`{"a":${'{"a":'.repeat(1000)}1${'}'.repeat(1001)}`], 'Schema nested too deeply'],
    ['a bare line feed in a text', ['{"key": "a', 'b"}'], 'JSON parsing error in row'],
  ])('fails the whole job over %s', async (_what, rows, message) => {
    const bench = new EmulatorBench();
    const job = await bench.run([...rows]);
    expect(job.state).toBe('JOB_STATE_FAILED');
    expect(job.error).toMatchObject({ code: 3, message: expect.stringMatching(/^Failed to import data\. /) });
    expect(job.error?.message).toContain(message);
    expect(job).not.toHaveProperty('completionStats');
    expect(bench.emulator.jobs()[0]?.rows.billed).toBe(0);
  });

  it.each([
    ['15 levels', [nested(15)]],
    [
      'the known workaround for an empty object',
      [withRequest({ tools: [{ google_search: { timeRangeFilter: null } }] })],
    ],
    [
      'whole and broken numbers',
      [withRequest({ generationConfig: { topP: 1 } }), withRequest({ generationConfig: { topP: 0.5 } })],
    ],
    ['a single object for parts in every row', [{ request: { contents: [{ role: 'user', parts: { text: 'x' } }] } }]],
    ['lines that end with CR and LF', [`${JSON.stringify(aRow('x'))}\r`, aRow('y')]],
    ['an empty list beside a full one', [withSchema({ enum: [] }), withSchema({ enum: ['a'] })]],
    ['half of a surrogate pair', [JSON.stringify(aRow('x')).replace('"x"', '"\\ud800"')]],
    ['the same name in different objects', [withSchema({ items: { items: { type: 'STRING' } } })]],
    ['what looks like a repeated name in a text', [aRow('{"a": 1, "a": 2} \\ \\"')]],
  ])('takes %s', async (_what, rows) => {
    const job = await new EmulatorBench().run([...rows]);
    expect(job.error).toBeUndefined();
    expect(job.state).toBe('JOB_STATE_SUCCEEDED');
  });

  it.each([
    ['blank lines', { blankLines: 'skipped' }, [aRow('x'), '', ' \t\r', aRow('y')]],
    ['a byte order mark', { byteOrderMark: 'skipped' }, [`\uFEFF${JSON.stringify(aRow('x'))}`, aRow('y')]],
    ['a name twice', { repeatedNames: 'last' }, [JSON.stringify(aRow('x')).replace('{', '{"key": "w", '), aRow('y')]],
  ] as const)('takes %s where the scenario says so', async (_what, input, rows) => {
    const bench = new EmulatorBench({ scenario: { input } });
    expect((await bench.run([...rows])).completionStats).toEqual({ successfulCount: '2' });
    expect((await bench.outputRows()).map((row) => String(row['key'])).sort()).toEqual(['x', 'y']);
  });

  it('skips no byte order mark but the one at the beginning of a file', async () => {
    const bench = new EmulatorBench({ scenario: { input: { byteOrderMark: 'skipped' } } });
    expect((await bench.run([aRow('x'), `\uFEFF${JSON.stringify(aRow('y'))}`])).error?.code).toBe(3);
  });

  it('makes two columns of a name in two spellings, or refuses them, as the scenario says', async () => {
    const config = { generationConfig: { temperature: 1 } };
    const rows = [withRequest(config), withRequest({ generation_config: { temperature: 1 } })];
    expect((await new EmulatorBench().run(rows)).completionStats).toEqual({ successfulCount: '2' });
    const refusing = new EmulatorBench({ scenario: { input: { bothSpellings: 'refused' } } });
    expect((await refusing.run(rows)).error?.message).toContain('Duplicate field name "generation_config"');
    expect((await refusing.run(rows.slice(1))).error).toBeUndefined();
  });

  it.each([
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['a compressed file', gzipSync(JSON.stringify(aRow('x')))],
  ])('fails the whole job over %s', async (_what, bytes) => {
    const bench = new EmulatorBench();
    await bench.putBytes('gs://bucket/bytes.jsonl', bytes);
    const job = await bench.run([], {
      inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: ['gs://bucket/bytes.jsonl'] } },
    });
    expect(job.error).toMatchObject({ code: 3, message: expect.stringContaining('invalid UTF-8') });
  });

  it('refuses a file that is too large', async () => {
    const bench = new EmulatorBench({ scenario: { input: { maxFileBytes: 100 } } });
    expect((await bench.run([aRow('x'.repeat(100))])).error?.message).toContain('too large');
  });

  it.each([
    ['input', { inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: 'gs://nowhere/in.jsonl' } } }, 'nowhere'],
    [
      'output',
      { outputConfig: { predictionsFormat: 'jsonl', gcsDestination: { outputUriPrefix: 'gs://absent/o' } } },
      'absent',
    ],
    [
      'input that is no URI',
      { inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: ['file.jsonl'] } } },
      'file.jsonl',
    ],
  ])('accepts a job whose %s bucket is not there, and fails it later with code 9', async (_what, overrides, named) => {
    const job = await new EmulatorBench().run([aRow('x')], overrides);
    expect(job).toMatchObject({
      state: 'JOB_STATE_FAILED',
      error: { code: 9, message: `Failed to get GCS bucket location for ${named}` },
    });
  });

  it('fails a job whose URI names no object, with a code that is a setting', async () => {
    const bench = new EmulatorBench();
    const overrides = { inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: ['gs://bucket/other/*.jsonl'] } } };
    expect((await bench.run([aRow('x')], overrides)).error).toEqual({
      code: 3,
      message: 'Failed to import data. Not found: gs://bucket/other/*.jsonl',
    });
    bench.emulator.setScenario({ input: { noMatchCode: 5 } });
    expect((await bench.run([aRow('x')], overrides)).error?.code).toBe(5);
  });

  it('refuses more rows than a job may have', async () => {
    const bench = new EmulatorBench({ scenario: { input: { maxRows: 2 } } });
    expect((await bench.run([aRow('1'), aRow('2')])).state).toBe('JOB_STATE_SUCCEEDED');
    expect((await bench.run([aRow('1'), aRow('2'), aRow('3')])).error?.code).toBe(3);
  });

  it('reads every object that the URIs name, with wildcards as Cloud Storage has them', async () => {
    const bench = new EmulatorBench();
    await bench.put('gs://bucket/a/1.jsonl', [aRow('one')]);
    await bench.put('gs://bucket/a/2.jsonl', [aRow('two')]);
    await bench.put('gs://bucket/a/deep/3.jsonl', [aRow('three')]);
    await bench.put('gs://bucket/b.jsonl', [aRow('four')]);
    const uris = ['gs://bucket/a/*.jsonl', 'gs://bucket/b.jsonl'];
    await bench.run([], { inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris } } });
    expect((await bench.outputRows()).map((row) => String(row['key'])).sort()).toEqual(['four', 'one', 'two']);
    await bench.run([], { inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: ['gs://bucket/a/**'] } } });
    expect(await bench.outputRows()).toHaveLength(3);
  });
});
