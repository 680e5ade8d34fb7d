import { Pool } from 'pg';
import { defineHandler } from 'temporal-vertex-batch';
import { z } from 'zod';

const Summary = z.object({ title: z.string(), sentences: z.array(z.string()) });

/** One statement a call: its rows are saved together or not at all, and saving one again changes nothing. */
const UPSERT = `
  INSERT INTO summaries (key, title, sentences)
  SELECT key, title, sentences FROM jsonb_to_recordset($1) AS given(key text, title text, sentences jsonb)
  ON CONFLICT (key) DO UPDATE SET title = excluded.title, sentences = excluded.sentences`;

/** Connections for as many calls as the handler has at a time. */
export function openPool(connectionString: string): Pool {
  const pool = new Pool({ connectionString, max: 4, connectionTimeoutMillis: 5_000, query_timeout: 60_000 });
  // an idle connection that dies with the database would end the process; the next query tells of it as well
  pool.on('error', (error) => console.error(error.message));
  return pool;
}

export function savingHandlers(pool: Pool) {
  return {
    saveSummary: defineHandler({
      schema: Summary,
      concurrency: 4,
      async handle(rows) {
        await pool.query(UPSERT, [JSON.stringify(rows.map(({ key, output }) => ({ key, ...output })))]);
      },
    }),
  };
}
