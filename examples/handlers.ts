import { mkdir, writeFile } from 'node:fs/promises';
import { defineHandler } from 'temporal-vertex-batch';
import { z } from 'zod';

const Summary = z.object({ title: z.string(), sentences: z.array(z.string()) });

export const handlers = {
  saveSummary: defineHandler({
    schema: Summary,
    batchSize: 500,
    async handle(rows, { reject }) {
      await mkdir('summaries', { recursive: true });
      for (const row of rows) {
        if (row.output.sentences.length === 0) reject(row, 'no sentence in it');
        else await writeFile(`summaries/${encodeURIComponent(row.key)}.json`, JSON.stringify(row.output));
      }
    },
  }),
};
