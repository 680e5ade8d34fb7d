import { join } from 'node:path';
import type { FileRange } from '../sources';
import type { CheckedRange, RangeProgress } from '../validate/checked-range';
import type { ThreadData } from './range-messages';
import { type ThisThread, ThreadPool } from './thread-pool';

/** Threads that validate ranges of files, each reading its own. */
export type RangeThreads = ThreadPool<FileRange, RangeProgress, CheckedRange>;

/** @param threads this one counts */
export function rangeThreads(
  threads: number,
  data: ThreadData,
  thisThread: ThisThread<FileRange, RangeProgress, CheckedRange>,
): RangeThreads {
  return new ThreadPool(threads, { path: join(__dirname, 'range-thread'), data }, thisThread);
}
