import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SourceFile } from '../../../src/rows/sources';
import type { ObjectStore, ReadOptions } from '../../../src/gateways/object-store';
import { storeWith } from '../../support/input-side';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import { piecesOf, planRanges, readRangeLines } from '../../../src/rows/ranges';

const sizes = (...list: number[]) => list.map((size) => ({ size }));

describe('planRanges', () => {
  test('gives small files one range each, and empty ones none', () => {
    expect(planRanges(sizes(10, 0, 64_000_000))).toEqual([
      { file: 0, from: 0, to: 10 },
      { file: 2, from: 0, to: 64_000_000 },
    ]);
  });

  test('cuts a large file evenly, none above the size', () => {
    expect(planRanges(sizes(130), { minimumBytes: 64 })).toEqual([
      { file: 0, from: 0, to: 44 },
      { file: 0, from: 44, to: 88 },
      { file: 0, from: 88, to: 130 },
    ]);
  });

  test('makes ranges larger rather than more of them', () => {
    expect(planRanges(sizes(64_000_000 * 5000))).toHaveLength(500);
  });

  test('spans small whole files where that is asked for', () => {
    const ranges = planRanges(sizes(30, 30, 0, 30, 200, 10), { minimumBytes: 64, spanFiles: true });
    expect(ranges.map(({ file, lastFile }) => [file, lastFile])).toEqual([
      [0, 1],
      [3, undefined],
      [4, undefined],
      [4, undefined],
      [4, undefined],
      [4, undefined],
      [5, undefined],
    ]);
    expect(piecesOf(ranges[0]!, sizes(30, 30))).toEqual([
      { file: 0, from: 0, to: 30 },
      { file: 1, from: 0, to: 30 },
    ]);
  });

  test('covers every byte exactly once, in order (property)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(500), { maxLength: 30 }),
        fc.integer({ min: 1, max: 90 }),
        fc.boolean(),
        (list, minimumBytes, spanFiles) => {
          const files = sizes(...list);
          const pieces = planRanges(files, { minimumBytes, spanFiles }).flatMap((range) => piecesOf(range, files));
          const covered = pieces.flatMap(({ file, from, to }) =>
            Array.from({ length: to - from }, (_, offset) => `${file}/${from + offset}`),
          );
          const all = list.flatMap((size, file) => Array.from({ length: size }, (_, byte) => `${file}/${byte}`));
          expect(covered).toEqual(all);
        },
      ),
    );
  });

  test('refuses a size that would never end', () => {
    expect(() => planRanges([], { minimumBytes: 0 })).toThrow('minimumBytes must be at least 1, got 0');
  });
});

async function stored(content: string | Buffer): Promise<{ store: MemoryObjectStore; file: SourceFile }> {
  const store = new MemoryObjectStore();
  return { store, file: await store.write('gs://acme/in.jsonl', content) };
}

async function linesIn(store: ObjectStore, file: SourceFile, from: number, to: number) {
  const lines = [];
  for await (const { byte, content } of readRangeLines(store, file, { from, to })) lines.push([byte, String(content)]);
  return lines;
}

describe('readRangeLines', () => {
  test('any cut into ranges gives each line exactly once, equal to a whole read (property)', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\n', '\r', 'ñ'), maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(70), { maxLength: 8 }), async (content, cuts) => {
        const { store, file } = await stored(content);
        const bounds = [...new Set([0, ...cuts.filter((cut) => cut < file.size), file.size])].sort((a, b) => a - b);
        const pieces = [];
        for (const [position, from] of bounds.slice(0, -1).entries()) {
          pieces.push(...(await linesIn(store, file, from, bounds[position + 1]!)));
        }
        expect(pieces).toEqual(await linesIn(store, file, 0, file.size));
      }),
    );
  });

  test('a range inside a line owns nothing', async () => {
    const { store, file } = await stored('0123456789\nab\n');
    expect(await linesIn(store, file, 3, 8)).toEqual([]);
    expect(await linesIn(store, file, 3, 11)).toEqual([]);
    expect(await linesIn(store, file, 3, 12)).toEqual([[11, 'ab']]);
  });

  test('reads a last line that is longer than the range to its end, in a few requests', async () => {
    const long = 'x'.repeat(9_000_000);
    const { store, file } = await stored(`a\n${long}\nb\n`);
    const reads: ReadOptions[] = [];
    const counting = storeWith(store, {
      read: (uri: string, options: ReadOptions) => {
        reads.push(options);
        return store.read(uri, options);
      },
    });
    const lines = await linesIn(counting, file, 0, 10);
    expect(lines.map(([byte, text]) => [byte, String(text).length])).toEqual([
      [0, 1],
      [2, 9_000_000],
    ]);
    expect(reads.length).toBeLessThan(5);
    expect(reads.every(({ generation }) => generation === file.generation)).toBe(true);
  });

  test('reads the version that was noted, not the one that has taken its place', async () => {
    const { store, file } = await stored('old\n');
    await store.write(file.uri, 'new and longer\n');
    expect(await linesIn(store, file, 0, 4)).toEqual([[0, 'old']]);
  });
});
