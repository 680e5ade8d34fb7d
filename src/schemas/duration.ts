import { msToNumber } from '@temporalio/common/lib/time';
import type { DurationLike } from '../messages';

/** What a timer is ever set to; more is a slip of the unit. */
const LONGEST_MS = 365 * 86_400_000;

/** Milliseconds of a duration as Temporal writes them; throws a `TypeError` that names the value when it isn't one from 0 to a year. */
export function durationMs(name: string, value: DurationLike): number {
  const milliseconds = parse(value);
  if (milliseconds === undefined || !Number.isFinite(milliseconds) || milliseconds < 0) {
    throw new TypeError(
      `${name} must be a duration such as "30s" or "24h", or a number of milliseconds, got ${typeof value === 'number' ? value : JSON.stringify(value)}`,
    );
  }
  if (milliseconds > LONGEST_MS) {
    throw new TypeError(`${name} must be at most a year, got ${JSON.stringify(value)}`);
  }
  return Math.round(milliseconds);
}

function parse(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  try {
    return msToNumber(value as Parameters<typeof msToNumber>[0]);
  } catch {
    return undefined;
  }
}
