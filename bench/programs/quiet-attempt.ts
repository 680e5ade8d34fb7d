import type { Attempt } from '../../src/activities/attempt';

const nothing = () => undefined;

/** An attempt that nobody watches or cancels. */
export function quietAttempt(): Attempt {
  const log = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
  return { signal: new AbortController().signal, log, now: Date.now, waited: () => 0, heartbeat: nothing };
}
