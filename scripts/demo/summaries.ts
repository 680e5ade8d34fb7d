import { appendFile } from 'node:fs/promises';
import { z } from 'zod';
import { defineHandler } from '../../src';

const summarySchema = z.object({ title: z.string(), summary: z.string(), topics: z.array(z.string()) });

export type Summary = z.infer<typeof summarySchema>;

/** What the handler keeps of a row. */
export interface KeptSummary extends Summary {
  readonly key: string;
  readonly package: unknown;
}

/** The application's own code: typed rows come in, summaries are appended to a file. */
export function summaryHandlers(file: string) {
  return {
    saveSummary: defineHandler({
      schema: summarySchema,
      async handle(rows) {
        const kept = rows.map(({ key, output, metadata }): KeptSummary => ({
          key,
          package: metadata['package'],
          ...output,
        }));
        await appendFile(file, kept.map((summary) => `${JSON.stringify(summary)}\n`).join(''));
      },
    }),
  };
}

export type SummaryHandlers = ReturnType<typeof summaryHandlers>;
