import type { Attempt } from '../activities/attempt';

/** An attempt that nobody repeats or waits for beats of; of its log only warnings are heard. */
export function attemptWithoutTemporal(signal: AbortSignal, warn: (text: string) => void): Attempt {
  const nothing = () => {};
  const log = { log: nothing, trace: nothing, debug: nothing, info: nothing, error: nothing, warn };
  return { signal, log, now: Date.now, waited: () => 0, heartbeat: nothing };
}
