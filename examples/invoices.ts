import { defineHandler } from 'temporal-vertex-batch';
import { toResponseSchema, type RequestRow } from 'temporal-vertex-batch/input';
import { readResults, type ReadOptions } from 'temporal-vertex-batch/results';
import { z } from 'zod';

/** Asked for in each request, checked before the handler sees a row, and the type of what it and a reader get. */
const Invoice = z.object({
  supplier: z.string(),
  currency: z.enum(['EUR', 'USD', 'GBP']),
  lines: z.array(z.object({ description: z.string(), quantity: z.int(), price: z.number() })),
});

const generationConfig = { responseMimeType: 'application/json', responseSchema: toResponseSchema(Invoice) };

/** A row of the input for `writeRequests`. */
export function invoiceRow(id: string, text: string): RequestRow {
  const parts = [{ text: `Extract the invoice:\n\n${text}` }];
  return { key: id, request: { contents: [{ role: 'user', parts }], generationConfig } };
}

export function invoiceHandlers(book: (id: string, currency: string, total: number) => Promise<void>) {
  return {
    bookInvoice: defineHandler({
      schema: Invoice,
      async handle(rows, { reject }) {
        for (const row of rows) {
          const { currency, lines } = row.output;
          if (lines.length === 0) reject(row, 'no lines in it');
          else await book(row.key, currency, totalOf(lines));
        }
      },
    }),
  };
}

/** What a run's invoices come to, by currency. */
export async function totals(place: string, options: ReadOptions = {}): Promise<Map<string, number>> {
  const sums = new Map<string, number>();
  for await (const { output } of readResults(place, { ...options, schema: Invoice }))
    sums.set(output.currency, (sums.get(output.currency) ?? 0) + totalOf(output.lines));
  return sums;
}

function totalOf(lines: z.output<typeof Invoice>['lines']): number {
  return lines.reduce((total, { quantity, price }) => total + quantity * price, 0);
}
