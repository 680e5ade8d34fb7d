import * as fc from 'fast-check';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FileRange } from '../../../../src/rows/sources';
import { DEFAULT_VALIDATION } from '../../../../src/domain/accepted-validation';
import { mergeRecords } from '../../../../src/rows/merged-validation';
import { rangeThreads } from '../../../../src/rows/threads/range-threads';
import { ShapeMemory } from '../../../../src/rows/shapes/shape-memory';
import { type CheckedRange, checkRangeInMemory } from '../../../../src/rows/validate/checked-range';
import { Column } from '../../../../src/rows/validate/column';
import { compareKeys } from '../../../../src/rows/validate/compare-keys';
import { type KeysOnDisk, withKeysOnDisk } from '../../../../src/rows/validate/keys-on-disk';
import { cut, type MemoryFile, memoryFileOf, readMemoryFile, sourcesOf } from '../../../support/memory-files';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keys-test-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Sound rows, some with the key of another, among rows that are bad and lines that are blank. */
const lines = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 12 }).map((key) => rowOf(`key-${key}`)) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 3 }).map((key) => rowOf(String(key))) },
    { weight: 1, arbitrary: fc.constantFrom('', '{"key":"bad","request":{}}', '{') },
  ),
  { minLength: 1, maxLength: 40 },
);

function rowOf(key: string): string {
  return JSON.stringify({ key, request: { contents: [{ role: 'user', parts: [{ text: key.repeat(3) }] }] } });
}

async function checked(files: readonly MemoryFile[], ranges: readonly FileRange[], keysOnDisk: KeysOnDisk | null) {
  const data = { files, keyField: 'key', validation: DEFAULT_VALIDATION, keysOnDisk };
  const records: CheckedRange[] = [];
  for (const range of ranges) records.push(await checkRangeInMemory({ ...data, range }, readMemoryFile, () => {}));
  return mergeRecords(sourcesOf(files, ranges), records, new ShapeMemory());
}

describe('keys on disk', () => {
  test('show the repeats that keys in memory show, however few are held at a time', async () => {
    const cases = fc.record({
      files: fc.array(lines, { minLength: 1, maxLength: 2 }),
      points: fc.array(fc.nat(5000), { maxLength: 3 }),
      valuesInMemory: fc.integer({ min: 1, max: 9 }),
      rowsAtATime: fc.integer({ min: 1, max: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ files: given, points, valuesInMemory, rowsAtATime }) => {
        const files = given.map((texts, ordinal) =>
          memoryFileOf(
            `f${ordinal}`,
            texts.map((text) => Buffer.from(text)),
            '\n',
            '\n',
          ),
        );
        const ranges = files.flatMap((file, ordinal) => cut(file, ordinal, points));
        const inMemory = compareKeys(await checked(files, ranges, null), 'key', {});
        await withKeysOnDisk(ranges.length, async (keys) => {
          const merged = await checked(files, ranges, { ...keys, valuesInMemory });
          expect(compareKeys(merged, 'key', {}, rowsAtATime)).toEqual(inMemory);
          if (merged.soundRows > 2 * valuesInMemory * ranges.length) expect(existsSync(keys.directory)).toBe(true);
        });
      }),
      { numRuns: 150 },
    );
  });

  test('are gone after the work, however it ends', async () => {
    const files = [
      memoryFileOf(
        'f',
        Array.from({ length: 50 }, (_, row) => Buffer.from(rowOf(`k${row}`))),
        '\n',
        '',
      ),
    ];
    const seen: string[] = [];
    const work = withKeysOnDisk(1, async (keys) => {
      await checked(files, [{ file: 0, from: 0, to: files[0]!.size }], { ...keys, valuesInMemory: 4 });
      seen.push(keys.directory, ...(await readdir(keys.directory)));
      throw new Error('enough');
    });
    await expect(work).rejects.toThrow('enough');
    expect(seen.slice(1)).toEqual(['0-0-key0', '0-0-steps']);
    expect(existsSync(seen[0]!)).toBe(false);
  });

  test('of few rows make no file', async () => {
    await withKeysOnDisk(1, async (keys) => {
      const files = [memoryFileOf('f', [Buffer.from(rowOf('a'))], '\n', '')];
      await checked(files, [{ file: 0, from: 0, to: files[0]!.size }], keys);
      expect(existsSync(keys.directory)).toBe(false);
    });
  });
});

describe('a place for keys that', () => {
  const message = (reason: string) =>
    new RegExp(`${reason}, and what is noted of very many rows is kept there.*: set TMPDIR to a directory with room`);

  test('is full is named, with the remedy', async ({ skip }) => {
    skip(!existsSync('/dev/full'), 'this system has no /dev/full');
    const path = join(directory, 'full');
    const column = new Column(Uint32Array, { path, valuesInMemory: 2 });
    for (const value of [1, 2, 3, 4]) column.push(value);
    await unlink(path);
    await symlink('/dev/full', path);
    expect(() => column.push(5)).toThrow(message(`${directory} has no room`));
  });

  test("can't be made is named, with the remedy, by threads as well", async () => {
    const path = join(directory, 'no-directory');
    await writeFile(path, '');
    const content = Array.from({ length: 9 }, (_, row) => Buffer.from(rowOf(`k${row}`)));
    const file = memoryFileOf('f', content, '\n', '');
    const input = join(directory, 'rows.jsonl');
    await writeFile(input, file.content);
    const range = { file: 0, from: 0, to: file.size };
    const keysOnDisk = { directory: join(path, 'keys'), valuesInMemory: 2 };
    const refusal = {
      name: 'BatchError',
      type: 'TooLarge',
      message: expect.stringMatching(message(`${keysOnDisk.directory} isn't a directory`)),
    };
    await expect(checked([file], [range], keysOnDisk)).rejects.toMatchObject(refusal);
    const files = [{ uri: 'f', path: input, size: file.size }];
    const data = { files, keyField: null, validation: DEFAULT_VALIDATION, keysOnDisk };
    const busy = new Promise<never>(() => {});
    const threads = rangeThreads(2, data, { perform: () => busy, hear: () => {} });
    void threads.perform(range);
    try {
      await expect(threads.perform(range)).rejects.toMatchObject(refusal);
    } finally {
      await threads.close();
    }
  });
});
