import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateFiles } from '../../../../src/rows/validate-file';
import { DEFAULT_VALIDATION } from '../../../../src/domain/accepted-validation';
import { generatedRows } from '../../../../bench/generated/generated-rows';
import { requireRoom, writeInputFile } from '../../../../bench/generated/input-file';
import { withScratchDirectory } from '../../../../bench/contest/scratch-directory';

describe('a file of generated rows', () => {
  it('has every row once, in order, however many blocks they make', async () => {
    await withScratchDirectory(async (directory) => {
      const path = join(directory, 'input.jsonl');
      const { rows, bytes } = await writeInputFile(path, { rows: 400, seed: 1 });
      const content = await readFile(path);
      expect(content.equals(Buffer.from([...generatedRows({ rows: 400, seed: 1 })].join('')))).toBe(true);
      expect({ rows, bytes }).toEqual({ rows: 400, bytes: content.length });
    });
  });

  it('breaks no rule, but for its two spellings', async () => {
    await withScratchDirectory(async (directory) => {
      const { path, bytes: size } = await writeInputFile(join(directory, 'input.jsonl'), { rows: 400, seed: 1 });
      const options = { threads: 1, keyField: null, validation: DEFAULT_VALIDATION };
      const found = await validateFiles([{ uri: 'input.jsonl', path, size }], options);
      expect(found.merged.rows).toBe(400);
      expect(found.errors).toBe(0);
      expect(new Set(found.problems.map(({ rule }) => rule))).toEqual(new Set(['import-spelling']));
    });
  });

  it('is refused where the disk has no room for it', async () => {
    await withScratchDirectory(async (directory) => {
      await expect(requireRoom(directory, 1e18)).rejects.toThrow(
        /has [\d,.]+ MB free, 1,000,000,000,000 MB are needed\. Set TMPDIR/,
      );
    });
  });
});
