import type { Info } from '@temporalio/activity';

/**
 * Temporal's time within an attempt: when the server scheduled it, and what has passed since it began by a clock that nobody sets.
 * It is late by what the attempt lay on its task queue.
 */
export function serverClock(info: Pick<Info, 'currentAttemptScheduledTimestampMs'>): () => number {
  const begunAt = performance.now();
  return () => Math.round(info.currentAttemptScheduledTimestampMs + performance.now() - begunAt);
}
