import * as fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FileRange } from '../../../../src/activities/contract';
import { DEFAULT_VALIDATION } from '../../../../src/domain/accepted-validation';
import { rangeThreads } from '../../../../src/rows/threads/range-threads';
import { readFilePieceInTurns } from '../../../../src/rows/threads/read-file-piece';
import { checkRangeInMemory, type RangeProgress } from '../../../../src/rows/validate/checked-range';
import { type ValidatedInput, validateSources } from '../../../../src/rows/validate/validate-sources';
import { cut, type MemoryFile, memoryFileOf, readMemoryFile, sourcesOf } from '../../../support/memory-files';
import { mutatedLines } from '../../../support/mutated-rows';

const validation = DEFAULT_VALIDATION;

function validate(files: readonly MemoryFile[], ranges: readonly FileRange[]): Promise<ValidatedInput> {
  const checkRange = (range: number) =>
    checkRangeInMemory(
      { range: ranges[range]!, files, keyField: null, validation, keysOnDisk: null },
      readMemoryFile,
      () => {},
    );
  return validateSources(sourcesOf(files, ranges), { keyField: null, validation, concurrency: 2, checkRange });
}

/** Everything that a person is told. */
function told({ merged, keyField, errors, warnings, inputErrors, problems }: ValidatedInput) {
  const { rows, bytes } = merged;
  return { rows, bytes, keyField, errors, warnings, inputErrors, problems };
}

const lineEnds = fc.constantFrom('\n', '\r\n');

describe('a file cut into any ranges', () => {
  test('gives the report of the whole', async () => {
    const cases = fc.record({
      seed: fc.nat(1000),
      rows: fc.integer({ min: 1, max: 60 }),
      lineEnd: lineEnds,
      last: fc.constantFrom('', '\n'),
      points: fc.array(fc.nat(100_000), { maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ seed, rows, lineEnd, last, points }) => {
        const files = [0, 1].map((index) => memoryFileOf(`f${index}`, mutatedLines(seed + index, rows), lineEnd, last));
        const sized = files.filter(({ size }) => size > 0);
        const whole = sized.map(({ size }, file) => ({ file, from: 0, to: size }));
        const ranges = sized.flatMap((file, ordinal) => cut(file, ordinal, points));
        expect(told(await validate(sized, ranges))).toEqual(told(await validate(sized, whole)));
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});

describe('threads', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ranges-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('find in ranges of a file what is found without them', async () => {
    const file = memoryFileOf('prompts.jsonl', mutatedLines(5, 400), '\n', '\n');
    const path = join(folder, 'prompts.jsonl');
    await writeFile(path, file.content);
    const ranges = cut(file, 0, [10_000, 30_000, 50_000]);
    const progress = { bytes: 0, rows: 0, errors: 0 };
    const data = { files: [{ ...file, path }], keyField: null, validation, keysOnDisk: null };
    const hear = (since: RangeProgress) => {
      progress.bytes += since.bytes;
      progress.rows += since.rows;
      progress.errors += since.errors;
    };
    const threads = rangeThreads(3, data, {
      perform: (range) => checkRangeInMemory({ ...data, range }, readFilePieceInTurns, hear),
      hear,
    });
    try {
      const checkRange = (range: number) => threads.perform(ranges[range]!);
      const found = await validateSources(sourcesOf([file], ranges), {
        keyField: null,
        validation,
        concurrency: 3,
        checkRange,
      });
      expect(told(found)).toEqual(told(await validate([file], [{ file: 0, from: 0, to: file.size }])));
      expect(progress.rows).toBe(400);
    } finally {
      await threads.close();
    }
  });
});
