import { setTimeout as delay } from 'node:timers/promises';
import { defineHandler, type HandlerRow } from 'temporal-vertex-batch';

export interface Service {
  readonly url: string;
  /** Requests that it takes at a time from one worker. */
  readonly atATime: number;
}

export function sendingHandlers({ url, atATime }: Service) {
  return {
    sendAnswer: defineHandler({
      concurrency: atATime, // calls at a time in one worker; each has one request open
      batchSize: 20,
      async handle(rows, { signal }) {
        for (const row of rows) await send(url, row, signal);
      },
    }),
  };
}

/** Sends a row, as often as the service asks for patience; whatever else it answers is the run's to retry. */
async function send(url: string, row: HandlerRow, signal: AbortSignal): Promise<void> {
  for (;;) {
    const response = await fetch(url, {
      method: 'POST',
      // a row that is handed out again is known by its key
      headers: { 'content-type': 'application/json', 'idempotency-key': row.key },
      body: JSON.stringify({ key: row.key, text: row.text }),
      signal,
    });
    await response.arrayBuffer(); // a body that nobody reads keeps its connection
    if (response.ok) return;
    if (response.status !== 429) throw new Error(`${url} answered ${response.status} to ${row.key}`);
    await delay(1_000 * (Number(response.headers.get('retry-after')) || 1), undefined, { signal });
  }
}
