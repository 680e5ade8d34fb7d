import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOfModels, UsageSums } from '../../../src/domain/model-usage';
import { priceOf } from '../../../src/domain/price-table';
import { costOfRun, costSoFar } from '../../../src/domain/run-cost';
import { NO_USAGE, type TokenUsage } from '../../../src/domain/usage';
import { LIST_PRICES, readPriceTable } from '../../../src/schemas/price-table';
import { readPage } from '../../support/markdown';

const FLASH = { input: 0.15, output: 1.25, cachedInput: 0.03, audioInput: 0.5, source: 'a test' };
const PRO = { input: 1, output: 4, above200k: { input: 2, output: 8 }, source: 'a test' };
const OWN = 'projects/p/locations/us-central1/models/77';
const table = readPriceTable({
  date: '2026-11-01',
  models: {
    flash: [
      { ...FLASH, until: '2026-12-31' },
      { ...FLASH, input: 0.3 },
    ],
    pro: [PRO],
    'pro-preview-05': [PRO],
    [OWN]: [PRO],
  },
});
const NOW = Date.parse('2026-11-26');

function cost(usage: Partial<TokenUsage>, { version = 'flash', audio = 0, model = 'flash' } = {}): number | null {
  const sums = new UsageSums();
  sums.add(version, { ...NO_USAGE, ...usage }, audio);
  return costOfModels(sums.models, { table, model, now: NOW });
}

describe('the price of a model', () => {
  it.each([
    ['flash', 150_000],
    ['flash@default', 150_000],
    ['flash-001@default', 150_000],
    ['flash-001', 150_000],
    ['models/flash', 150_000],
    ['publishers/google/models/flash', 150_000],
    ['projects/p/locations/global/publishers/google/models/flash', 150_000],
    ['pro-preview-05', 1_000_000],
    [OWN, 1_000_000],
    ['projects/p/locations/us-central1/models/flash', undefined],
    ['publishers/anthropic/models/flash', undefined],
    ['flash-preview-05-20', undefined],
    ['flash-lite', undefined],
    ['', undefined],
  ])('of %s is %s', (model, input) => {
    expect(priceOf(table, model, '2026-12-31')?.input).toBe(input);
  });

  it('changes after its last day', () => {
    expect(priceOf(table, 'flash', '2027-01-01')?.input).toBe(300_000);
  });
});

describe('39: batch costs half of what online requests cost', () => {
  /** USD for a million tokens of a prompt above 200,000 online, as api-evangelist/deepmind had it on 7 October 2026. */
  const ONLINE = 2.5;

  it('as far as a list price of both is known', () => {
    expect(priceOf(LIST_PRICES, 'gemini-2.5-pro', '2026-11-25')?.above200k?.input).toBe((ONLINE / 2) * 1e6);
  });

  it('and the first page says so', () => {
    expect(readPage('README.md')).toContain('Batch jobs cost half of what online requests cost');
  });
});

describe('what rows cost', () => {
  it.each([
    [{ promptTokenCount: 1_000_000 }, {}, 150_000],
    [{ promptTokenCount: 1 }, {}, 1],
    [{ candidatesTokenCount: 600_000, thoughtsTokenCount: 400_000 }, {}, 1_250_000],
    [{ promptTokenCount: 1_000_000, cachedContentTokenCount: 900_000 }, {}, 42_000],
    [{ promptTokenCount: 1_000_000, cachedContentTokenCount: 900_000 }, { audio: 1_000_000 }, 500_000],
    [{ toolUsePromptTokenCount: 1_000_000 }, {}, 150_000],
    [{ promptTokenCount: 200_000, candidatesTokenCount: 100 }, { version: 'pro' }, 200_400],
    [{ promptTokenCount: 200_001, candidatesTokenCount: 100 }, { version: 'pro' }, 400_802],
    [{ promptTokenCount: 10 }, { version: 'pro', audio: 1 }, null],
    [{ promptTokenCount: 10 }, { version: 'unheard-of' }, null],
    [{ promptTokenCount: 1_000 }, { version: 'flash', model: OWN }, 1_000],
    [{ promptTokenCount: 1_000 }, { version: 'flash', model: 'projects/p/locations/l/models/1' }, null],
  ])('for %j of %j is %s micro-USD', (usage, more, expected) => {
    expect(cost(usage, more)).toBe(expected);
  });

  it('is nothing where nothing was used, and unknown without a price', () => {
    expect(costOfModels([], { table, model: 'flash', now: NOW })).toBe(0);
    expect(costOfModels([], { table, model: 'unheard-of', now: NOW })).toBeNull();
  });

  it('never depends on how the rows are grouped', () => {
    const rows = fc.array(fc.record({ prompt: fc.nat(400_000), output: fc.nat(9_000) }), { maxLength: 20 });
    fc.assert(
      fc.property(rows, (all) => {
        const sums = new UsageSums();
        for (const { prompt, output } of all) {
          sums.add('pro', { ...NO_USAGE, promptTokenCount: prompt, candidatesTokenCount: output }, 0);
        }
        const each = all.map(({ prompt, output }) => (prompt > 200_000 ? 2 : 1) * (prompt + output * 4));
        const sum = each.reduce((total, micros) => total + micros, 0);
        expect(costOfModels(sums.models, { table, model: 'pro', now: NOW })).toBe(sum);
      }),
    );
  });

  it('is unknown for a run when it is for one of its parts', () => {
    const part = { microsUsd: 1_500_000, priceTable: '2026-11-01' };
    const estimate = { microsUsd: 2_500_000, priceTable: '2026-10-31' };
    expect(costOfRun({ parts: [part, part] })).toEqual({ usd: 3, estimatedUsd: null, priceTable: '2026-11-01' });
    expect(costOfRun({ parts: [part], estimate })).toEqual({ usd: 1.5, estimatedUsd: 2.5, priceTable: '2026-11-01' });
    expect(costOfRun({ parts: [part, null], estimate })).toBeNull();
    expect(costOfRun({ parts: [] })).toBeNull();
  });

  it('is expected until a part is settled, and while the cost of one isn’t known', () => {
    const part = { microsUsd: 1_500_000, priceTable: '2026-11-01' };
    const estimate = { microsUsd: 2_500_000, priceTable: '2026-10-31' };
    const expected = { usd: null, estimatedUsd: 2.5, priceTable: '2026-10-31' };
    expect(costSoFar({ parts: [], estimate })).toEqual(expected);
    expect(costSoFar({ parts: [part, null], estimate })).toEqual(expected);
    expect(costSoFar({ parts: [part], estimate })).toEqual({ usd: 1.5, estimatedUsd: 2.5, priceTable: '2026-11-01' });
    expect(costSoFar({ parts: [part] })).toEqual({ usd: 1.5, estimatedUsd: null, priceTable: '2026-11-01' });
    expect(costSoFar({ parts: [] })).toBeUndefined();
  });

  it('is nothing where nothing was sent, and unknown where a job was left', () => {
    const estimate = { microsUsd: 2_500_000, priceTable: '2026-10-31' };
    const unsent = costOfRun({ parts: [], estimate, isUnsent: true });
    expect(unsent).toEqual({ usd: 0, estimatedUsd: 2.5, priceTable: '2026-10-31' });
    expect(costOfRun({ parts: [], estimate })).toBeNull();
    expect(costOfRun({ parts: [], isUnsent: true })).toBeNull();
  });
});

describe('a price table', () => {
  it('is what stands beside the code', () => {
    expect(LIST_PRICES.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(priceOf(LIST_PRICES, 'gemini-2.5-flash-001@default', LIST_PRICES.date)).toMatchObject({ input: 150_000 });
  });

  it.each([
    [7, 'the price table must be an object'],
    [{ date: 'today', models: {} }, 'date must be a day such as "2026-11-25", got "today"'],
    [{ date: '2026-11-25', models: { a: [] } }, 'models.a must have at least one price'],
    [{ date: '2026-11-25', models: { a: [{ input: -1, output: 1, source: 's' }] } }, 'models.a[0].input must be USD'],
    [{ date: '2026-11-25', models: { a: [{ input: 1, output: 1 }] } }, 'models.a[0].source must say where'],
    [{ date: '2026-11-25', models: { a: [{ ...FLASH, inptu: 1 }] } }, 'unknown field models.a[0].inptu'],
    [{ date: '2026-11-25', models: { a: [{ ...FLASH, input: 0.1234567 }] } }, 'at most six decimals'],
  ])('%j is refused', (given, message) => {
    expect(() => readPriceTable(given)).toThrow(message);
  });
});
