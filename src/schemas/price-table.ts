import { z } from 'zod';
import type { ModelPrice, PriceTable, TokenPrices } from '../domain/price-table';
import listed from './batch-prices.json';
import { problemsOf } from './request-problems';

const PRICE_RULE = 'must be USD for a million tokens in batch: a number from 0 to 1000000 of at most six decimals';
const DAY_RULE = 'must be a day such as "2026-11-25"';
const SOURCE_RULE = 'must say where the price comes from';

const usd = z
  .number(PRICE_RULE)
  .min(0, PRICE_RULE)
  .max(1_000_000, PRICE_RULE)
  .refine((value) => Math.abs(value * 1e6 - Math.round(value * 1e6)) < 1e-3, PRICE_RULE);
const day = z.iso.date(DAY_RULE);
const tokenPrices = { input: usd, output: usd, cachedInput: usd.optional(), audioInput: usd.optional() };

const priceTableSchema = z.strictObject(
  {
    date: day,
    source: z.string(SOURCE_RULE).min(1, SOURCE_RULE).optional(),
    models: z.record(
      z.string(),
      z
        .array(
          z.strictObject(
            {
              ...tokenPrices,
              above200k: z
                .strictObject(tokenPrices, 'must be an object such as {"input": 1.25, "output": 7.5}')
                .optional(),
              source: z.string(SOURCE_RULE).min(1, SOURCE_RULE),
              until: day.optional(),
            },
            'must be an object such as {"input": 0.15, "output": 1.25, "source": "contract 4711"}',
          ),
          'must be a list of prices, the first valid one counts',
        )
        .min(1, 'must have at least one price'),
      'must be an object of model names and prices',
    ),
  },
  'must be an object such as {"date": "2026-11-25", "models": {…}}',
);

type Given = z.infer<typeof priceTableSchema>['models'][string][number];

/**
 * A price table from its JSON: `{date, models: {"gemini-2.5-flash": [{input, output, cachedInput?, audioInput?, above200k?, source,
 * until?}]}}`, in USD for a million tokens. `cachedInput` is `input` where it is left out; without `audioInput`, audio has no known
 * price.
 * @throws {TypeError} naming each field at fault, its value and the remedy
 */
export function readPriceTable(value: unknown): PriceTable {
  const parsed = priceTableSchema.safeParse(value, { reportInput: true });
  if (!parsed.success)
    throw new TypeError(problemsOf(parsed.error.issues, { whole: 'the price table', fieldsAt }).join('; '));
  const { date, models } = parsed.data;
  return { date, models: new Map(Object.entries(models).map(([name, prices]) => [name, prices.map(modelPrice)])) };
}

/** Google's list prices, as far as a source is known. */
export const LIST_PRICES: PriceTable = readPriceTable(listed);

/**
 * The caller's own prices, else Google's list prices.
 * @throws {TypeError} as {@link readPriceTable} does
 */
export function priceTableOf(own: object | undefined): PriceTable {
  return own === undefined ? LIST_PRICES : readPriceTable(own);
}

function modelPrice({ above200k, until, ...prices }: Given): ModelPrice {
  return {
    ...inMicros(prices),
    above200k: above200k === undefined ? null : inMicros(above200k),
    until: until ?? null,
  };
}

function inMicros({
  input,
  output,
  cachedInput,
  audioInput,
}: Omit<Given, 'source' | 'until' | 'above200k'>): TokenPrices {
  return {
    input: micros(input),
    output: micros(output),
    cachedInput: micros(cachedInput ?? input),
    audioInput: audioInput === undefined ? null : micros(audioInput),
  };
}

function micros(dollars: number): number {
  return Math.round(dollars * 1e6);
}

function fieldsAt(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(priceTableSchema.shape);
  return path.length === 3 ? [...Object.keys(tokenPrices), 'above200k', 'source', 'until'] : Object.keys(tokenPrices);
}
