import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BatchWorld } from './batch-world';
import { fetchHistoryJson } from './replay';

const HISTORIES = join(__dirname, '../histories');
const RECORDS = process.env['RECORD_HISTORIES'] === '1';

/** Keeps the history of a workflow that has closed, where histories are being recorded. */
export async function recordHistory(
  { temporal }: BatchWorld,
  { workflowId }: { readonly workflowId: string },
  name: string,
): Promise<void> {
  if (!RECORDS) return;
  const history = await fetchHistoryJson(temporal.client, { workflowId });
  mkdirSync(HISTORIES, { recursive: true });
  writeFileSync(join(HISTORIES, `${name}.json`), `${withoutStacks(history)}\n`);
}

/** Stack traces name the directories of the machine that recorded. */
function withoutStacks(history: string): string {
  return history.replaceAll(/"stackTrace": "(?:[^"\\]|\\.)*"/g, '"stackTrace": ""');
}
