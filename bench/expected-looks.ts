import { progressStep } from '../src/domain/job-progress';
import { nextLookMs, type PollingLimits } from '../src/domain/polling';

/** A job that is queued, then runs with rows finishing evenly, then ends. */
export interface JobTimes {
  readonly queuedMs: number;
  readonly runningMs: number;
}

/** The looks that our intervals come to where a look itself costs no time, and how late the last one is. */
export function expectedLooks(
  job: JobTimes,
  limits: PollingLimits,
): { readonly looks: number; readonly lateMs: number } {
  const endMs = job.queuedMs + job.runningMs;
  let known = { running: false, step: 0 };
  let since = 0;
  let looks = 0;
  for (let now = 0; ;) {
    looks += 1;
    if (now >= endMs) return { looks, lateMs: now - endMs };
    const seen = { running: now >= job.queuedMs, step: stepAt(job, now) };
    if (seen.running !== known.running) since = now;
    // what has changed is told to the workflow, which asks for the next change at once
    if (seen.running === known.running && seen.step <= known.step) now += nextLookMs(now - since, limits, 0.5);
    known = seen;
  }
}

function stepAt({ queuedMs, runningMs }: JobTimes, now: number): number {
  const rows = 1_000_000;
  const done = Math.floor((rows * Math.max(0, now - queuedMs)) / runningMs);
  return progressStep({ succeeded: done, failed: 0 }, rows);
}
