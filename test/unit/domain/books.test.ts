import { describe, expect, it } from 'vitest';
import { imbalancesOf, PartBooks, type RowClass, type RowEntry } from '../../../src/domain/books';
import { usageOf } from '../../../src/domain/usage';

function entry(kind: RowClass, more: Partial<RowEntry> = {}): RowEntry {
  const usage = kind === 'answered' ? usageOf(() => 1) : null;
  return { kind, code: null, status: kind, retryable: false, usage, object: 0, offset: 0, length: 1, ...more };
}

describe('the books of a part', () => {
  it('prefer an answer to a block to a failure, and the first among equals', () => {
    const books = new PartBooks(1);
    books.beginRound(1);
    for (const [offset, kind] of (['failed', 'blocked', 'answered', 'answered', 'blocked'] as const).entries()) {
      books.enter(0, entry(kind, { offset }));
    }
    expect(books.kindOf(0)).toBe('answered');
    expect(books.placeOf(0)).toEqual({ object: 0, offset: 2, length: 1, round: 1 });
    expect(books.duplicates).toBe(4);
    expect(books.usage().totalTokenCount).toBe(1);
  });

  it('hold a row’s latest failure, since a later round tells more of it', () => {
    const books = new PartBooks(1);
    books.beginRound(1);
    books.enter(0, entry('failed', { retryable: true, status: 'RESOURCE_EXHAUSTED' }));
    books.beginRound(2);
    books.enter(0, entry('failed', { status: 'INVALID_ARGUMENT' }));
    expect(books.isRetryable(0)).toBe(false);
    expect(books.reasons()).toEqual(['1 × INVALID_ARGUMENT']);
    expect(books.duplicates).toBe(0);
  });

  it('count an answer that another round gave before as a double, and its tokens all the same', () => {
    const books = new PartBooks(1);
    books.beginRound(1);
    books.enter(0, entry('answered', { offset: 7 }));
    books.beginRound(2);
    books.enter(0, entry('answered', { offset: 9 }));
    expect(books.placeOf(0)).toMatchObject({ offset: 7, round: 1 });
    expect(books.duplicates).toBe(1);
    expect(books.usage().totalTokenCount).toBe(2);
    expect(books.usage().totalTokenCount).toBe(2);
  });

  it('give a later round’s ambiguous answer to a row that was sent again', () => {
    const books = new PartBooks(3);
    books.beginRound(1);
    books.enterAmbiguous([0, 2], entry('answered', { offset: 1 }));
    books.enterAmbiguous([0, 2], entry('failed', { offset: 2, retryable: true }));
    books.beginRound(2);
    books.enterAmbiguous([0, 2], entry('answered', { offset: 3 }));
    books.enterAmbiguous([0, 2], entry('answered', { offset: 4 }));
    expect([0, 2].map((row) => books.placeOf(row).offset)).toEqual([1, 3]);
    expect(books.tally()).toEqual({ answered: 2, blocked: 0, failed: 0, missing: 1 });
    expect(books.duplicates).toBe(1);
  });

  it('list the ten most frequent reasons', () => {
    const books = new PartBooks(20);
    books.beginRound(1);
    for (let row = 0; row < 19; row += 1) books.enter(row, entry('failed', { status: `R${Math.min(row, 11)}` }));
    expect(books.reasons()).toHaveLength(10);
    expect(books.reasons()[0]).toBe('8 × R11');
  });

  it('refuse a round that is not the next', () => {
    const books = new PartBooks(1);
    books.beginRound(2);
    expect(() => books.beginRound(2)).toThrow('Round 2 comes after round 2');
  });
});

it.each([
  [{ succeeded: true, counts: { succeeded: 2, failed: 1 } }, []],
  [{ succeeded: true, counts: { succeeded: 2, failed: 0 } }, ['round 1: the service counts 2 rows, its output has 3']],
  [{ succeeded: false, counts: { succeeded: 2, failed: 0 } }, []],
  [{ succeeded: true, counts: null }, []],
  [{ succeeded: true, counts: null, unreadable: 4 }, ['round 1: 4 lines of the output are no rows']],
])('a round of 3 rows beside %j', (more, expected) => {
  expect(imbalancesOf({ round: 1, rows: 3, unreadable: 0, ...more })).toEqual(expected);
});
