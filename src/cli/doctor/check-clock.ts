import { missing, ok, type Check } from '../../preflight/check';
import { durationText } from '../text/quantities';

/** An activity lies on its task queue for a moment, and nobody needs to be more exact. */
const TOLERATED_MS = 60_000;

/** Whether the clock of a worker's machine is about Temporal's. */
export function checkClock(aheadMs: number): Check {
  const about = { name: 'clock', subject: 'of the worker' } as const;
  if (Math.abs(aheadMs) <= TOLERATED_MS) return ok(about, 'about Temporal’s');
  const off = `${durationText(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} Temporal’s`;
  return missing(
    about,
    `${off}. Runs don’t go by it, but Google refuses tokens that are signed for another time.`,
    'timedatectl set-ntp true',
  );
}
