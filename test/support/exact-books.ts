import type { BatchResult } from '../../src/messages';
import type { ResultRow } from '../../src/rows/result-row';
import { prompts, type BatchWorld } from './batch-world';

/** What a run came to: its own books, the rows that lie in the bucket, and the jobs that cost money. */
export interface Books {
  readonly outcome: string;
  readonly rows: BatchResult['rows'];
  /** Keys of all result rows, sorted. */
  readonly keys: readonly string[];
  readonly paidJobs: number;
}

export async function booksOf(
  world: BatchWorld,
  { outcome, rows, directory }: Pick<BatchResult, 'outcome' | 'rows' | 'directory'>,
): Promise<Books> {
  const results = await world.readRowsBelow<ResultRow>(`${directory}results/`);
  return { outcome, rows, keys: results.map(({ key }) => key).toSorted(), paidJobs: world.paidJobs().length };
}

/** Each of `prompts(count)` answered once, for the price of one job. */
export function exactBooks(count: number): Books {
  return {
    outcome: 'succeeded',
    rows: { input: count, answered: count, blocked: 0, failed: 0, missing: 0 },
    keys: keysOf(count),
    paidJobs: 1,
  };
}

/** Keys of `prompts(count)`, sorted. */
export function keysOf(count: number): string[] {
  return prompts(count)
    .map(({ key }) => key)
    .toSorted();
}
