import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateRefusal, RunBudget, type BudgetFacts } from '../../../src/domain/run-budget';

const BOOKS = { answered: 0, blocked: 0, failed: 0, missing: 0 };
const dollars = (usd: number) => ({ microsUsd: usd * 1e6, priceTable: '2026-11-01' });

/** A dollar for each of its rows. */
function aBudget({ parts = [10], ...facts }: { parts?: readonly number[] } & Partial<Omit<BudgetFacts, 'parts'>> = {}) {
  const rows = parts.reduce((sum, count) => sum + count, 0);
  return new RunBudget({
    maxCostUsd: 15,
    estimate: dollars(rows),
    parts: parts.map((count, index) => ({ part: index + 1, rows: count })),
    ...facts,
  });
}

describe('an estimate', () => {
  it.each([
    ['below the bound', dollars(39.99), 40, null],
    ['at the bound', dollars(40), 40, null],
    ['above it', dollars(40.01), 40, 'estimated to cost $40.01 (prices of 2026-11-01), above maxCostUsd, $40.00'],
    ['without a bound', dollars(1e9), null, null],
    ['that nobody knows', null, 40, "what the input will cost isn't known"],
    ['that nobody knows or needs', null, null, null],
  ])('%s', (_, estimate, maxCostUsd, message) => {
    const refusal = estimateRefusal(estimate, maxCostUsd);
    if (message === null) expect(refusal).toBeNull();
    else expect(refusal).toEqual({ type: 'BudgetExceeded', message: expect.stringContaining(message) as string });
  });
});

describe('a budget', () => {
  it('lets rows go again as far as what was spent leaves room for them', () => {
    const budget = aBudget();
    budget.begin(1, 10);
    budget.settle(1, 8e6, { ...BOOKS, answered: 4, failed: 6 });
    // 8 are spent for 4 rows
    expect(budget.refusalOf(1, 3)).toBeNull();
    expect(budget.refusalOf(1, 4)?.message).toBe(
      'maxCostUsd is $15.00, $8.00 are spent, and the next job, with those under way or still to come, is expected to cost $8.00: it was not sent',
    );
  });

  it('takes the estimate for rows as long as none is answered', () => {
    const budget = aBudget();
    budget.begin(1, 10);
    budget.settle(1, 0, { ...BOOKS, failed: 10 });
    expect(budget.refusalOf(1, 10)).toBeNull();
    expect(budget.refusalOf(1, 16)).not.toBeNull();
  });

  it('stops parts that have not begun when those before cost more than was expected', () => {
    const budget = aBudget({ parts: [5, 5, 5] });
    budget.begin(1, 5);
    budget.settle(1, 6e6, { ...BOOKS, answered: 5 });
    expect(budget.refusalOf(2, 5)).toBeNull();
    budget.begin(2, 5);
    expect(budget.refusalOf(3, 5)?.type).toBe('BudgetExceeded');
  });

  it('keeps what parts to come need from rows that are sent again', () => {
    const budget = aBudget({ parts: [5, 5] });
    budget.begin(1, 5);
    budget.settle(1, 4e6, { ...BOOKS, answered: 4, failed: 1 });
    expect(budget.refusalOf(1, 6)).toBeNull();
    expect(budget.refusalOf(1, 7)).not.toBeNull();
  });

  it('sends nothing more when nobody knows what was spent', () => {
    const budget = aBudget();
    budget.begin(1, 10);
    budget.settle(1, null, { ...BOOKS, answered: 9, failed: 1 });
    expect(budget.refusalOf(1, 1)?.message).toContain("what the run has cost isn't known");
  });

  it('refuses nothing where there is none', () => {
    const budget = aBudget({ maxCostUsd: null, estimate: null });
    budget.settle(1, null, BOOKS);
    expect(budget.refusalOf(1, 1_000_000)).toBeNull();
  });

  it('lets all parts begin that were estimated to fit, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 20 }), (parts) => {
        const rows = parts.reduce((sum, count) => sum + count, 0);
        const budget = aBudget({ parts, estimate: dollars(7), maxCostUsd: 7 });
        for (const [index, count] of parts.entries()) {
          expect(budget.refusalOf(index + 1, count)).toBeNull();
          budget.begin(index + 1, count);
        }
        expect(budget.refusalOf(1, rows)).not.toBeNull();
      }),
    );
  });
});
