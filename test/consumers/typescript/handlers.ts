import { defineHandler } from 'temporal-vertex-batch';
import { z } from 'zod';

const Summary = z.object({ title: z.string(), words: z.number() });

export const saved = new Map<string, z.infer<typeof Summary>>();

export const handlers = {
  saveSummary: defineHandler({
    schema: Summary,
    batchSize: 8,
    async handle(rows, context) {
      for (const row of rows) {
        if (row.output.words > 1000) context.reject(row, 'too long');
        else saved.set(row.key, row.output);
      }
    },
  }),
};
