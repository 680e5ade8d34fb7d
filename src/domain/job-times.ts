/** Times of a job as the service gives them, RFC 3339. */
export interface JobTimes {
  readonly createTime: string | null;
  readonly startTime: string | null;
  readonly endTime: string | null;
}

/** Seconds that all jobs together waited for capacity; null while none has started. */
export function queuedSeconds(jobs: readonly JobTimes[]): number | null {
  return seconds(jobs.map((job) => between(job.createTime, job.startTime)));
}

/** Seconds that all jobs together ran; null while none has ended. */
export function runningSeconds(jobs: readonly JobTimes[]): number | null {
  return seconds(jobs.map((job) => between(job.startTime, job.endTime)));
}

function between(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  const milliseconds = Date.parse(to) - Date.parse(from);
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : null;
}

function seconds(durationsMs: readonly (number | null)[]): number | null {
  const known = durationsMs.filter((duration) => duration !== null);
  return known.length === 0 ? null : Math.round(known.reduce((total, duration) => total + duration, 0) / 1000);
}
