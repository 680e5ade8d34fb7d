import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** What is waited for: the subject of the error when it doesn't happen. */
  readonly what: string;
  /** @default 10000 */
  readonly timeoutMs?: number;
  /** Pause between two looks. @default 20 */
  readonly intervalMs?: number;
}

/**
 * Looks until `condition` gives something truthy, and gives that. A condition that throws counts as not met yet; its
 * last error is the cause of the timeout's.
 */
export async function waitFor<T>(condition: () => T | Promise<T>, options: WaitOptions): Promise<NonNullable<T>> {
  const { what, timeoutMs = 10_000, intervalMs = 20 } = options;
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`, { cause });
    await delay(intervalMs);
  }
}
