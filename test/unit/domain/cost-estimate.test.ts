import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costEstimate } from '../../../src/domain/cost-estimate';
import { addEstimates, EstimateSum, NOTHING_ESTIMATED, type RequestFacts } from '../../../src/domain/input-estimate';
import { priceOf } from '../../../src/domain/price-table';
import { readPriceTable } from '../../../src/schemas/price-table';

const table = readPriceTable({
  date: '2026-11-01',
  models: {
    flash: [{ input: 1, output: 10, source: 'a test' }],
    pro: [
      { input: 1, output: 10, audioInput: 3, above200k: { input: 2, output: 20, audioInput: 6 }, source: 'a test' },
    ],
  },
});
const FLASH = priceOf(table, 'flash', '2026-11-26');
const PRO = priceOf(table, 'pro', '2026-11-26');

const TEXT_ONLY: RequestFacts = { mediaTokens: 0, soundTokens: 0, maxOutputTokens: null, candidates: 1 };

interface Row {
  readonly bytes: number;
  readonly facts?: Partial<RequestFacts>;
}

function inputOf(...rows: readonly Row[]) {
  const sum = new EstimateSum();
  for (const { bytes, facts } of rows) sum.add(bytes, { ...TEXT_ONLY, ...facts });
  return sum.estimate;
}

describe('the tokens of rows', () => {
  it.each([
    ['a token for four bytes, begun ones whole', { bytes: 4_001 }, 1_001, 256],
    ['a quarter of the prompt as output', { bytes: 40_000 }, 10_000, 2_500],
    ['no more output than may be', { bytes: 40_000, facts: { maxOutputTokens: 100 } }, 10_000, 100],
    ['output for each candidate', { bytes: 4, facts: { maxOutputTokens: 100, candidates: 3 } }, 1, 300],
    ['media beside the text', { bytes: 4_000, facts: { mediaTokens: 516, soundTokens: 1_920 } }, 3_436, 859],
    ['an empty prompt', { bytes: 0 }, 0, 256],
  ])('are estimated with %s', (_, row, promptTokens, outputTokens) => {
    expect(costEstimate(inputOf(row), undefined)).toMatchObject({ promptTokens, outputTokens, micros: null });
  });

  it('are sums, however the rows are grouped', () => {
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 5 }), (groups) => {
        const whole = inputOf(...groups.flat());
        expect(groups.map((group) => inputOf(...group)).reduce(addEstimates, NOTHING_ESTIMATED)).toEqual(whole);
      }),
    );
  });
});

describe('the cost of rows', () => {
  it('lies between that of short prompts without answers and that of long answers', () => {
    const input = inputOf({ bytes: 4_000, facts: { maxOutputTokens: 500 } });
    expect(costEstimate(input, FLASH)).toEqual({
      rows: 1,
      promptTokens: 1_000,
      outputTokens: 256,
      unboundedRows: 0,
      micros: { expected: 1_000 + 2_560, low: 666, high: 2_000 + 5_000 },
    });
  });

  it.each([
    ['no bound of the output', {}],
    ['media', { maxOutputTokens: 100, mediaTokens: 258 }],
    ['sound', { maxOutputTokens: 100, soundTokens: 1_920 }],
  ])('has no upper bound where a row has %s', (_, facts) => {
    const bounded = { bytes: 4, facts: { maxOutputTokens: 100 } };
    const { unboundedRows, micros } = costEstimate(inputOf(bounded, { bytes: 4, facts }), PRO);
    expect(unboundedRows).toBe(1);
    expect(micros).toMatchObject({ high: null });
  });

  it('is that of long prompts where prompts are long', () => {
    const long = { bytes: 800_004, facts: { maxOutputTokens: 1 } };
    expect(costEstimate(inputOf(long), PRO).micros?.expected).toBe(2 * 200_001 + 20);
    expect(costEstimate(inputOf({ ...long, bytes: 800_000 }), PRO).micros?.expected).toBe(200_000 + 10);
  });

  it('has sound at its own price, and is unknown where that is', () => {
    const sound = { bytes: 0, facts: { soundTokens: 1_920, maxOutputTokens: 1 } };
    expect(costEstimate(inputOf(sound), PRO).micros?.expected).toBe(3 * 1_920 + 10);
    expect(costEstimate(inputOf(sound), FLASH).micros).toBeNull();
  });

  it('is nothing for no rows', () => {
    expect(costEstimate(NOTHING_ESTIMATED, FLASH).micros).toEqual({ expected: 0, low: 0, high: 0 });
  });

  it('is never below its lower bound or above its upper one', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const { expected, low, high } = costEstimate(inputOf(...all), PRO).micros ?? { expected: -1, low: 0, high: 0 };
        expect(low).toBeLessThanOrEqual(expected);
        expect(expected).toBeLessThanOrEqual(high ?? Infinity);
      }),
    );
  });
});

const rows: fc.Arbitrary<Row[]> = fc.array(
  fc.record({
    bytes: fc.nat(2_000_000),
    facts: fc.record({
      mediaTokens: fc.constantFrom(0, 258),
      soundTokens: fc.constantFrom(0, 1_920),
      maxOutputTokens: fc.option(fc.integer({ min: 1, max: 8_192 }), { nil: null }),
      candidates: fc.integer({ min: 1, max: 3 }),
    }),
  }),
  { maxLength: 8 },
);
