import { execFile } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { validateHostile } from '../../../support/validate-hostile';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostile-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const GOOD = `{"key":"p-1","request":{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}}\n`;
const MEGABYTE = 1_000_000;

async function fileOf(content: readonly (string | Buffer)[]): Promise<string> {
  const path = join(folder, 'hostile.jsonl');
  await writeFile(path, content);
  return path;
}

const validate = async (content: readonly (string | Buffer)[]) => validateHostile(await fileOf(content));

/** The same in a process of its own, with the bytes that it came to hold more: what other tests leave behind isn't in them. */
async function validateAlone(path: string): Promise<Awaited<ReturnType<typeof validate>> & { heldBytes: number }> {
  const child = join(__dirname, '../../../support/fixtures/validation-memory.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', child, path]);
  return JSON.parse(stdout);
}

/** Long enough for any of them on a machine that does other things besides; a bomb would take for ever. */
const BOUNDED = 60_000;

describe('input that means harm ends in a report', () => {
  test('a line of 500 MB that never ends', { timeout: BOUNDED }, async () => {
    const path = await fileOf([GOOD]);
    // sparse: the file has these NULs, the disk doesn't
    await truncate(path, 500 * MEGABYTE);
    const { heldBytes, ...report } = await validateAlone(path);
    expect(report).toEqual({ errors: 1, found: ['2 line-too-long'] });
    expect(heldBytes).toBeLessThan(200 * MEGABYTE);
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
    const { heldBytes, ...report } = await validateAlone(await fileOf([GOOD, row, GOOD]));
    expect(report).toEqual({ errors: 1, found: ['2 too-many-names'] });
    // a row of 12 MB; parsed, it would take 500
    expect(heldBytes).toBeLessThan(350 * MEGABYTE);
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
