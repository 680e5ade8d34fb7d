import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imbalancesOf, PartBooks, type RowClass, type RowEntry } from '../../../src/domain/books';
import { UsageSums } from '../../../src/domain/model-usage';
import { usageOf } from '../../../src/domain/usage';

function entry(kind: RowClass, more: Partial<RowEntry> = {}): RowEntry {
  const usage = kind === 'answered' ? usageOf(() => 1) : null;
  return { kind, code: null, status: kind, retryable: false, usage, object: 0, offset: 0, length: 1, ...more };
}

const ROWS = 4;

const aLine = fc.record({
  row: fc.nat(ROWS - 1),
  line: fc.record({
    kind: fc.constantFrom<RowClass>('answered', 'blocked', 'failed'),
    code: fc.constant(null),
    status: fc.constant('STATUS'),
    retryable: fc.boolean(),
    usage: fc.option(fc.nat(300_000).map((tokens) => usageOf(() => tokens))),
    modelVersion: fc.constantFrom('gemini-a', 'gemini-b', null),
    promptAudioTokens: fc.nat(9),
    object: fc.nat(9),
    offset: fc.nat(2 ** 40),
    length: fc.nat(9),
  }),
});

interface Line {
  readonly row: number;
  readonly line: RowEntry;
}

const WORTH: Readonly<Record<RowClass, number>> = { failed: 1, blocked: 2, answered: 3 };

/** The same by all lines of a row side by side. */
function pagesOf(rounds: readonly (readonly Line[])[]) {
  const winners = Array.from({ length: ROWS }, (): RowEntry | undefined => undefined);
  const sums = new UsageSums();
  let duplicates = 0;
  for (const lines of rounds) {
    for (const row of winners.keys()) {
      const standing = winners[row];
      const ofRow = lines.filter((candidate) => candidate.row === row).map(({ line }) => line);
      const [first] = ofRow;
      if (first === undefined) continue;
      const best = ofRow.reduce((one, other) => (WORTH[other.kind] > WORTH[one.kind] ? other : one));
      const isBetter = standing === undefined || WORTH[best.kind] > WORTH[standing.kind];
      const paid = isBetter ? best : first;
      if (paid.usage !== null) sums.add(paid.modelVersion ?? null, paid.usage, paid.promptAudioTokens ?? 0);
      duplicates += ofRow.length - 1;
      if (standing?.kind === 'answered' && first.kind === 'answered') duplicates += 1;
      if (isBetter) winners[row] = best;
      else if (standing.kind === 'failed' && first.kind === 'failed') winners[row] = first;
    }
  }
  return { winners, duplicates, usage: sums.models };
}

describe('the books of a part', () => {
  it('prefer an answer to a block to a failure, and the first among equals', () => {
    const books = new PartBooks(1);
    books.beginRound(1);
    for (const [offset, kind] of (['failed', 'blocked', 'answered', 'answered', 'blocked'] as const).entries()) {
      books.enter(0, entry(kind, { offset }));
    }
    expect(books.kindOf(0)).toBe('answered');
    expect(books.placeOf(0)).toEqual({ object: 0, offset: 2, length: 1 });
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
    expect(books.placeOf(0)).toMatchObject({ offset: 7 });
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

  it('say what a book with a page for each row says (property)', () => {
    fc.assert(
      fc.property(fc.array(fc.array(aLine, { maxLength: 25 }), { maxLength: 3 }), (rounds) => {
        const books = new PartBooks(ROWS);
        const pages = pagesOf(rounds);
        for (const [position, lines] of rounds.entries()) {
          books.beginRound(position + 1);
          for (const { row, line } of lines) books.enter(row, line);
        }
        expect(books.usageByModel()).toEqual(pages.usage);
        expect(books.duplicates).toBe(pages.duplicates);
        for (const [row, winner] of pages.winners.entries()) {
          expect(books.kindOf(row)).toBe(winner?.kind ?? 'missing');
          expect(books.isRetryable(row)).toBe(winner === undefined || (winner.kind === 'failed' && winner.retryable));
          if (winner === undefined) continue;
          const { object, offset, length } = winner;
          expect(books.placeOf(row)).toEqual({ object, offset, length });
        }
      }),
    );
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
