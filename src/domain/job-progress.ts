/** Counts as the service gives them. */
export interface JobCounts {
  readonly succeeded: number;
  readonly failed: number;
}

/** Steps of progress worth a line of history: quarters of the rows, 0 to 3; the last quarter ends with the job. */
export function progressStep(counts: JobCounts | null, rows: number): number {
  if (counts === null || rows <= 0) return 0;
  return Math.min(3, Math.floor((4 * (counts.succeeded + counts.failed)) / rows));
}

/** Whole percent of the rows that the service reports as done; null until it reports any. */
export function percentDone(counts: JobCounts | null, rows: number | null): number | null {
  if (counts === null || rows === null || rows <= 0) return null;
  return Math.min(100, Math.floor((100 * (counts.succeeded + counts.failed)) / rows));
}

/** When the job will end if the rest goes as fast as what is done; null while nothing can be said. */
export function estimateEndMs(
  counts: JobCounts | null,
  rows: number,
  startedMs: number | null,
  nowMs: number,
): number | null {
  if (counts === null || startedMs === null) return null;
  const done = counts.succeeded + counts.failed;
  if (done <= 0 || done > rows || nowMs <= startedMs) return null;
  return Math.round(nowMs + ((nowMs - startedMs) * (rows - done)) / done);
}
