import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentOf, type FixedRows } from '../../../../bench/scale/fixed-rows';
import { answerRows, expectedBooks, requestRows, rowOf } from '../../../../bench/scale/generated-run';
import { problemsOfRow } from '../../../../src/input';

const ROWS = 250;
const SPAN = { first: 40, rows: ROWS };

function bytesOf(rows: FixedRows, from = 0, to = Infinity): Buffer {
  return Buffer.concat([...contentOf(rows, from, to)]);
}

function linesOf(rows: FixedRows): Record<string, unknown>[] {
  const lines = bytesOf(rows).toString().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('rows of one length', () => {
  const kinds = { requests: requestRows(40, ROWS), answers: answerRows({ ...SPAN, isCopy: false }) };

  it.each(Object.entries(kinds))('of %s are the same whatever range of them is made', (_, rows) => {
    const all = bytesOf(rows);
    expect(all).toHaveLength(ROWS * rows.bytesPerRow);
    const place = fc.nat({ max: all.length });
    fc.assert(fc.property(place, place, (from, to) => bytesOf(rows, from, to).equals(all.subarray(from, to))));
  });

  it('are requests that a job takes, each with a key of its own', () => {
    const requests = linesOf(kinds.requests);
    expect(requests.flatMap((row) => problemsOfRow(row))).toEqual([]);
    expect(requests.map(({ key }) => key)).toEqual(Array.from({ length: ROWS }, (_, row) => keyAt(40 + row)));
  });

  it('answer each request once, in another order, with what it asked', () => {
    const requests = new Map(linesOf(kinds.requests).map(({ key, request }) => [key, request]));
    const answers = linesOf(kinds.answers);
    expect(answers.map(({ key }) => key)).not.toEqual([...requests.keys()]);
    expect(new Map(answers.map(({ key, request }) => [key, request]))).toEqual(requests);
  });

  it('are known in a copy by their places', () => {
    const keys = linesOf(answerRows({ ...SPAN, isCopy: true })).map(({ key }) => String(key));
    expect(keys.toSorted()).toEqual(Array.from({ length: ROWS }, (_, row) => `r0-${41 + row}`).toSorted());
    expect(rowOf('{"key":"r0-41","request":{')).toBe(40);
    expect(rowOf('{"key":"p-00000040","request":{')).toBe(40);
  });

  it('come to the books that are expected', () => {
    const answers = linesOf(answerRows({ first: 0, rows: ROWS, isCopy: false }));
    const failed = answers.filter(({ status }) => status !== '').length;
    const blocked = answers.filter(({ response }) => 'promptFeedback' in (response as object)).length;
    expect(expectedBooks(ROWS)).toEqual({
      input: ROWS,
      answered: ROWS - failed - blocked,
      blocked,
      failed,
      missing: 0,
    });
  });
});

function keyAt(row: number): string {
  return `p-${String(row).padStart(8, '0')}`;
}
