import type { Info } from '@temporalio/activity';

/**
 * Temporal's time within an attempt: when the server scheduled it, and what has passed since it began by a clock that nobody sets.
 * It is late by what the attempt lay on its task queue.
 */
export function serverClock(info: Pick<Info, 'currentAttemptScheduledTimestampMs'>): () => number {
  const begunAt = performance.now();
  return () => Math.round(info.currentAttemptScheduledTimestampMs + performance.now() - begunAt);
}

/** How far this machine's clock is ahead of Temporal's, too much by what the attempt lay on its task queue. */
export function clockAheadMs(info: Pick<Info, 'currentAttemptScheduledTimestampMs'>): number {
  return Date.now() - info.currentAttemptScheduledTimestampMs;
}
