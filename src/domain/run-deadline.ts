const DAY_MS = 86_400_000;
const LONGEST_RUN_MS = 60 * DAY_MS;

/** Bound of a whole run when the caller gives none: each round may queue and run in full, and two days for everything else. */
export function defaultRunDeadlineMs(bounds: {
  readonly queuedMs: number;
  readonly runningMs: number;
  readonly rounds: number;
  readonly parts: number;
  readonly concurrentJobs: number;
}): number {
  const turns = Math.ceil(bounds.parts / bounds.concurrentJobs);
  const jobs = (bounds.queuedMs + bounds.runningMs) * (bounds.rounds + 1) * turns;
  return Math.min(jobs + 2 * DAY_MS, LONGEST_RUN_MS);
}
