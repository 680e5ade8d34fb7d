import { afterAll, describe, expect, it } from 'vitest';
import { invoiceHandlers, invoiceRow, totals } from '../../../examples/invoices';
import type { AnswerRow } from '../../../src/emulator';
import { AccessTokensFixed } from '../../../src/gateways/access-tokens-google';
import { writeRequests } from '../../../src/input';
import { readErrors } from '../../../src/results';
import { BatchWorld, WORKFLOWS_PATH } from '../../support/batch-world';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';

const ROWS = 30;

/** `undefined` leaves it to the emulator, whose answers obey the schema of the request. */
function answer({ key }: AnswerRow): object | undefined {
  if (key === 'i-3') return { supplier: 'Acme', currency: 'EUR', lines: [] };
  if (key === 'i-4') return { supplier: 'Acme', currency: 'doubloons', lines: [] };
  return undefined;
}

describe('the extraction of invoices', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it('has one schema from the request by the handler to whoever reads the results', async () => {
    const booked = new Map<string, { currency: string; total: number }>();
    const handlers = invoiceHandlers(async (id, currency, total) => void booked.set(id, { currency, total }));
    const world = await BatchWorld.create({ plugin: { handlers }, emulator: { answer } });
    const storage = { auth: new AccessTokensFixed(), endpoints: { storage: world.url } };
    try {
      const rows = Array.from({ length: ROWS }, (_, row) => invoiceRow(`i-${row}`, `Invoice no. ${row}: 3 bolts, £2`));
      expect(await writeRequests('gs://acme/in/invoices.jsonl', rows, storage)).toMatchObject({ rows: ROWS });
      const result = await (await world.start({ handler: 'bookInvoice' })).result();

      expect(result).toMatchObject({
        outcome: 'partial',
        rows: { input: ROWS, answered: ROWS - 1, failed: 1 },
        handler: { processed: ROWS - 2, rejected: 1 },
      });
      expect(booked.size).toBe(ROWS - 2);
      expect(booked.has('i-3')).toBe(false);
      for await (const { key, error } of readErrors(result, storage))
        expect({ key, status: error.status }).toEqual({ key: 'i-4', status: 'OUTPUT_MISMATCH' });
      const read = await totals(result.directory, storage);
      for (const currency of ['EUR', 'USD', 'GBP']) {
        const ofCurrency = [...booked.values()].filter((invoice) => invoice.currency === currency);
        expect(ofCurrency.length).toBeGreaterThan(0);
        expect(read.get(currency)).toBeCloseTo(ofCurrency.reduce((sum, { total }) => sum + total, 0));
      }
      expect([...read.keys()].toSorted()).toEqual(['EUR', 'GBP', 'USD']);
    } finally {
      await world.close();
    }
  });
});
