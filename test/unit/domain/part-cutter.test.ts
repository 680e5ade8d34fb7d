import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartCutter } from '../../../src/domain/part-cutter';
import { fewestParts, type JobLimits, STAGED_ROW_OVERHEAD_BYTES } from '../../../src/domain/validation-limits';

const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 200 });
const someLimits = fc.record({
  rows: fc.integer({ min: 1, max: 20 }),
  copiedBytes: fc.integer({ min: 100, max: 2_000 }),
});

function cut(rows: readonly number[], limits: Omit<JobLimits, 'bytes'>): number[][] {
  const cutter = new PartCutter({ ...limits, bytes: limits.copiedBytes });
  const parts: number[][] = [[]];
  for (const row of rows) {
    if (cutter.beginsPart(row)) parts.push([]);
    parts.at(-1)!.push(row);
  }
  return parts;
}

const bytesOf = (part: readonly number[]) => part.reduce((sum, row) => sum + row + STAGED_ROW_OVERHEAD_BYTES, 0);

describe('rows that are shared among parts', () => {
  it('have a first part of the rows that go ahead, and others as ever', () => {
    const limits = { rows: 3, copiedBytes: 1_000_000 };
    expect(cut([1, 1, 1, 1, 1, 1], { ...limits, firstRows: 2 })).toEqual([[1, 1], [1, 1, 1], [1]]);
    expect(cut([1, 1, 1, 1, 1], { ...limits, firstRows: 9 })).toEqual([
      [1, 1, 1],
      [1, 1],
    ]);
  });

  it('are in exactly one part each, in their order', () => {
    fc.assert(
      fc.property(sizes, someLimits, (rows, limits) => {
        expect(cut(rows, limits).flat()).toEqual(rows);
      }),
    );
  });

  it('keep every part within the limits, but for a row that passes them by itself', () => {
    fc.assert(
      fc.property(sizes, someLimits, (rows, limits) => {
        for (const part of cut(rows, limits)) {
          expect(part.length).toBeGreaterThan(0);
          expect(part.length).toBeLessThanOrEqual(limits.rows);
          if (part.length > 1) expect(bytesOf(part)).toBeLessThanOrEqual(limits.copiedBytes);
        }
      }),
    );
  });

  it('leave no part that could have taken the next row, and never make fewer parts than are needed', () => {
    fc.assert(
      fc.property(sizes, someLimits, (rows, limits) => {
        const parts = cut(rows, limits);
        for (const [number, part] of parts.slice(0, -1).entries()) {
          const next = parts[number + 1]![0]!;
          expect(part.length === limits.rows || bytesOf([...part, next]) > limits.copiedBytes).toBe(true);
        }
        const bytes = rows.reduce((sum, row) => sum + row, 0);
        if (parts.every((part) => bytesOf(part) <= limits.copiedBytes))
          expect(parts.length).toBeGreaterThanOrEqual(fewestParts({ rows: rows.length, bytes }, { ...limits, bytes }));
      }),
    );
  });
});
