import * as fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FileRange } from '../../../../src/rows/sources';
import { type AcceptedValidation, DEFAULT_VALIDATION } from '../../../../src/domain/accepted-validation';
import { rangeThreads } from '../../../../src/rows/threads/range-threads';
import { readFilePieceInTurns } from '../../../../src/rows/threads/read-file-piece';
import { checkRangeInMemory, type RangeProgress } from '../../../../src/rows/validate/checked-range';
import { type ValidatedInput, validateSources } from '../../../../src/rows/validate/validate-sources';
import { keyFields, linesOfFile, validations } from '../../../support/arbitrary-validation';
import { cut, type MemoryFile, memoryFileOf, readMemoryFile, sourcesOf } from '../../../support/memory-files';
import { mutatedLines } from '../../../support/mutated-rows';

interface Settings {
  readonly keyField: string | null;
  readonly validation: AcceptedValidation;
}

const AS_IT_IS: Settings = { keyField: null, validation: DEFAULT_VALIDATION };

function validate(
  files: readonly MemoryFile[],
  ranges: readonly FileRange[],
  settings = AS_IT_IS,
): Promise<ValidatedInput> {
  const data = { ...settings, files, keysOnDisk: null };
  const checkRange = (range: number) =>
    checkRangeInMemory({ ...data, range: ranges[range]! }, readMemoryFile, () => {});
  return validateSources(sourcesOf(files, ranges), { ...settings, concurrency: 2, checkRange });
}

/** Everything that a person is told, and that a run goes by. */
function told({ merged, ...found }: ValidatedInput) {
  const { rows, soundRows, badRows, bytes, repaired, estimate } = merged;
  return { ...found, rows, soundRows, badRows, bytes, repaired, estimate };
}

const lineEnds = fc.constantFrom('\n', '\r\n');
const cuts = {
  lineEnd: lineEnds,
  last: fc.constantFrom('', '\n'),
  points: fc.array(fc.nat(100_000), { maxLength: 8 }),
};

async function reportOf(files: readonly MemoryFile[], points: readonly number[], settings?: Settings) {
  const sized = files.filter(({ size }) => size > 0);
  const ranges = sized.flatMap((file, ordinal) => cut(file, ordinal, points));
  return told(await validate(sized, ranges, settings));
}

describe('a file cut into any ranges', () => {
  test('gives the report of the whole', async () => {
    const cases = fc.record({ seed: fc.nat(1000), rows: fc.integer({ min: 1, max: 60 }), ...cuts });
    await fc.assert(
      fc.asyncProperty(cases, async ({ seed, rows, lineEnd, last, points }) => {
        const files = [0, 1].map((index) => memoryFileOf(`f${index}`, mutatedLines(seed + index, rows), lineEnd, last));
        expect(await reportOf(files, points)).toEqual(await reportOf(files, []));
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  test('gives the report of the whole under any settings', async () => {
    const files = fc.array(linesOfFile, { minLength: 1, maxLength: 2 });
    const settings = fc.record({ keyField: keyFields, validation: validations });
    await fc.assert(
      fc.asyncProperty(files, settings, fc.record(cuts), async (lines, given, { lineEnd, last, points }) => {
        const cutFiles = lines.map((texts, index) => memoryFileOf(`f${index}`, texts, lineEnd, last));
        expect(await reportOf(cutFiles, points, given)).toEqual(await reportOf(cutFiles, [], given));
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
    const data = { ...AS_IT_IS, files: [{ ...file, path }], keysOnDisk: null };
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
      const found = await validateSources(sourcesOf([file], ranges), { ...AS_IT_IS, concurrency: 3, checkRange });
      expect(told(found)).toEqual(told(await validate([file], [{ file: 0, from: 0, to: file.size }])));
      expect(progress.rows).toBe(400);
    } finally {
      await threads.close();
    }
  });
});
