import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_VALIDATION } from '../../../../src/domain/accepted-validation';
import { validateFiles } from '../../../../src/rows/validate-file';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostile-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const GOOD = `{"key":"p-1","request":{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}}\n`;
const MEGABYTE = 1_000_000;

/** `line rule` of each problem, and the megabytes that the process came to hold more. */
async function validate(content: readonly (string | Buffer)[], zeros = 0) {
  const path = join(folder, 'hostile.jsonl');
  await writeFile(path, content);
  const file = await open(path, 'r+');
  const { size: written } = await file.stat();
  // sparse: the file has them, the disk doesn't
  if (zeros > 0) await file.truncate(written + zeros);
  const { size } = await file.stat();
  await file.close();
  const { errors, problems } = await validateFiles([{ uri: 'hostile.jsonl', path, size }], {
    keyField: null,
    validation: DEFAULT_VALIDATION,
    threads: 1,
  });
  const found = problems.filter(({ severity }) => severity === 'error').map(({ line, rule }) => `${line} ${rule}`);
  return { errors, found };
}

/** Long enough for any of them on a machine that does other things besides; a bomb would take for ever. */
const BOUNDED = 60_000;

describe('input that means harm ends in a report', () => {
  test('a line of 500 MB that never ends', { timeout: BOUNDED }, async () => {
    const before = process.memoryUsage.rss();
    expect(await validate([GOOD], 500 * MEGABYTE)).toEqual({ errors: 1, found: ['2 line-too-long'] });
    expect(process.memoryUsage.rss() - before).toBeLessThan(400 * MEGABYTE);
  });

  test('a million levels', { timeout: BOUNDED }, async () => {
    const bomb = `${'{"a":'.repeat(MEGABYTE)}1${'}'.repeat(MEGABYTE)}\n`;
    const { found } = await validate([GOOD, bomb, '['.repeat(MEGABYTE), '\n', GOOD]);
    expect(found).toEqual(['2 nesting', '3 json']);
  });

  const args = (content: string) =>
    `{"key":"a","request":{"contents":[{"parts":[{"functionCall":{"name":"f","args":{${content}}}}]}]}}\n`;
  const names = (count: number) => Array.from({ length: count }, (_, index) => `"k${index}":1`);

  test('a million names in one row', { timeout: BOUNDED }, async () => {
    const row = args(names(MEGABYTE).join(','));
    const before = process.memoryUsage.rss();
    expect(await validate([GOOD, row, GOOD])).toEqual({ errors: 1, found: ['2 too-many-names'] });
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * MEGABYTE);
  });

  test('a hundred thousand names, each in a row of its own', { timeout: BOUNDED }, async () => {
    const unknown = GOOD.replace('"role"', '"x":0,"role"');
    const rows = [...names(100_000).map(args), args('"empty":{}'), args('"two words":1'), unknown];
    const { errors, found } = await validate(rows);
    expect({ errors, found }).toEqual({
      errors: 3,
      found: ['100001 import-empty', '100002 import-name', '100003 unknown-field'],
    });
  });

  test('NULs, alone, in a string and in great number', { timeout: BOUNDED }, async () => {
    const { found } = await validate([GOOD, '\0\n', GOOD.replace('Hi', 'H\0i'), '\0'.repeat(5 * MEGABYTE), '\n', GOOD]);
    expect(found).toEqual(['2 control-character', '3 control-character', '4 control-character']);
  });

  test('names that objects have of themselves', { timeout: BOUNDED }, async () => {
    const row = GOOD.replace('"role"', '"__proto__":{"polluted":1},"constructor":1,"role"');
    const { found } = await validate([GOOD, row, row]);
    expect(found).toEqual(['2 unknown-field', '2 unknown-field', '3 unknown-field', '3 unknown-field']);
    expect('polluted' in {}).toBe(false);
  });

  test('bytes of another kind of file', { timeout: BOUNDED }, async () => {
    const gzip = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
    expect(await validate([gzip, Buffer.alloc(MEGABYTE, 0xff), '\n', GOOD])).toEqual({ errors: 1, found: ['1 gzip'] });
  });
});
