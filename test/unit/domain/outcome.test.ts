import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addBooks, NO_BOOKS, totalOf, verdictOf, type RunEnd } from '../../../src/domain/outcome';
import type { BatchReason } from '../../../src/messages';

const EXPIRED: BatchReason = { type: 'JobExpired', message: 'job 7 ended EXPIRED' };
const CHANGED: BatchReason = { type: 'InputChanged', message: 'gs://acme/in.jsonl changed' };
const CANCEL: BatchReason = { type: 'CancelRequested', message: 'not needed any more' };

function anEnd(end: Partial<RunEnd> = {}): RunEnd {
  return {
    input: 100,
    books: { answered: 100, blocked: 0, failed: 0, missing: 0 },
    unprocessed: 0,
    minAnsweredShare: null,
    cancelled: false,
    reasons: [],
    mustFail: false,
    imbalances: [],
    rowReasons: [],
    ...end,
  };
}

function answered(count: number): Pick<RunEnd, 'books'> {
  return { books: { answered: count, blocked: 0, failed: 100 - count, missing: 0 } };
}

const book = fc.record({ answered: fc.nat(50), blocked: fc.nat(50), failed: fc.nat(50), missing: fc.nat(50) });

describe('verdictOf', () => {
  it.each<[string, Partial<RunEnd>, string, string | null]>([
    ['every row is answered', {}, 'succeeded', null],
    ['every row is answered, though a job died on the way', { reasons: [EXPIRED] }, 'succeeded', null],
    ['every row is answered, though a cancel came', { cancelled: true, reasons: [CANCEL] }, 'succeeded', null],
    ['some rows are answered', answered(99), 'partial', 'RowsUnanswered'],
    ['some rows are answered, for a reason', { ...answered(99), reasons: [EXPIRED] }, 'partial', 'JobExpired'],
    ['no row is answered', answered(0), 'failed', 'RowsUnanswered'],
    [
      'as many are answered as were asked for',
      { ...answered(95), minAnsweredShare: 0.95 },
      'partial',
      'RowsUnanswered',
    ],
    ['fewer are answered than were asked for', { ...answered(94), minAnsweredShare: 0.95 }, 'failed', 'RowsUnanswered'],
    ['none is answered, and none was asked for', { ...answered(0), minAnsweredShare: 0 }, 'failed', 'RowsUnanswered'],
    ['all are answered, and some not processed', { unprocessed: 5 }, 'partial', 'RowsUnanswered'],
    [
      'a cancel left rows unanswered',
      { ...answered(40), cancelled: true, reasons: [CANCEL] },
      'cancelled',
      'CancelRequested',
    ],
    [
      'a cancel left all rows unanswered',
      { ...answered(0), cancelled: true, reasons: [CANCEL] },
      'cancelled',
      'CancelRequested',
    ],
    [
      'a cancel left rows unprocessed',
      { unprocessed: 100, cancelled: true, reasons: [CANCEL] },
      'cancelled',
      'CancelRequested',
    ],
    [
      'a cancel left fewer than were asked for',
      { ...answered(10), cancelled: true, minAnsweredShare: 0.9, reasons: [CANCEL] },
      'cancelled',
      'CancelRequested',
    ],
    [
      'a cancel came before a row was known',
      { input: 0, books: NO_BOOKS, cancelled: true, reasons: [CANCEL] },
      'cancelled',
      'CancelRequested',
    ],
    ['there was no row', { input: 0, books: NO_BOOKS }, 'failed', 'RowsUnanswered'],
    ['there was no row, as is allowed', { input: 0, books: NO_BOOKS, isEmpty: true }, 'succeeded', null],
    [
      'the caller calls this end a failure',
      { ...answered(99), mustFail: true, reasons: [EXPIRED] },
      'failed',
      'JobExpired',
    ],
    [
      'the caller calls this end a failure, and all is answered',
      { mustFail: true, reasons: [EXPIRED] },
      'failed',
      'JobExpired',
    ],
    [
      'all is answered, and the books don’t balance',
      { imbalances: ['round 1: 101 rows for 100'] },
      'partial',
      'BooksUnbalanced',
    ],
    [
      'a cancel came, all is answered, and the books don’t balance',
      { cancelled: true, imbalances: ['x'] },
      'partial',
      'BooksUnbalanced',
    ],
    ['all is answered, and the input changed meanwhile', { reasons: [CHANGED] }, 'partial', 'InputChanged'],
  ])('where %s', (_, end, outcome, reason) => {
    const verdict = verdictOf(anEnd(end));
    expect(verdict.outcome).toBe(outcome);
    expect(verdict.reason?.type ?? null).toBe(reason);
  });

  it('says how many rows, how many were asked for, and why', () => {
    const end = anEnd({
      ...answered(93),
      unprocessed: 2,
      minAnsweredShare: 0.07 + 0.9,
      rowReasons: ['5 × RESOURCE_EXHAUSTED (retryable)', '2 × SAFETY (blocked)'],
    });
    expect(verdictOf(end).reason?.message).toBe(
      '93 of 100 rows answered, asked for 97 %, 2 not processed: 5 × RESOURCE_EXHAUSTED (retryable), 2 × SAFETY (blocked)',
    );
    expect(verdictOf({ ...end, reasons: [EXPIRED] }).reason?.message).toMatch(/^job 7 ended EXPIRED \(93 of 100 rows/);
    expect(verdictOf(anEnd({ input: 0, books: NO_BOOKS, reasons: [CHANGED] })).reason).toEqual(CHANGED);
  });

  it('is succeeded with no reason, or something else with one', () => {
    const end = fc.record({
      books: book,
      unprocessed: fc.nat(10),
      minAnsweredShare: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      cancelled: fc.boolean(),
      reasons: fc.subarray([EXPIRED, CHANGED, CANCEL]),
      mustFail: fc.boolean(),
      imbalances: fc.subarray(['one', 'another']),
      rowReasons: fc.constant([]),
    });
    fc.assert(
      fc.property(end, (given) => {
        const { outcome, reason } = verdictOf({ ...given, input: totalOf(given.books) });
        expect(reason === null).toBe(outcome === 'succeeded');
        expect(outcome !== 'succeeded' || given.books.answered === totalOf(given.books)).toBe(true);
        expect(outcome !== 'cancelled' || given.cancelled).toBe(true);
        expect(!given.mustFail || outcome === 'failed').toBe(true);
      }),
    );
  });
});

describe('books', () => {
  it('of several parts add up', () => {
    fc.assert(
      fc.property(book, book, (one, other) => {
        expect(totalOf(addBooks(one, other))).toBe(totalOf(one) + totalOf(other));
        expect(addBooks(one, NO_BOOKS)).toEqual(one);
        expect(addBooks(one, other)).toEqual(addBooks(other, one));
      }),
    );
  });
});
