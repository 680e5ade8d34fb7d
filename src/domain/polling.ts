export interface PollingLimits {
  readonly initialMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait before the next look at a job: as long as it has been in its state, within the limits, so that the interval
 * doubles with age and a change is noticed within about its own duration.
 * `random` in [0, 1) spreads looks of many jobs by a tenth, and none comes later than the limit.
 */
export function nextLookMs(ageMs: number, limits: PollingLimits, random: number): number {
  const interval = Math.max(ageMs, limits.initialMs) * (0.95 + 0.1 * random);
  return Math.round(Math.min(interval, limits.maxMs));
}
