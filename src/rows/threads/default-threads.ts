import { availableParallelism } from 'node:os';

/** More threads read no faster than what they read from. */
export const MOST_THREADS = 4;

/** One a core, as far as that helps. */
export function defaultThreads(): number {
  return Math.min(availableParallelism(), MOST_THREADS);
}
