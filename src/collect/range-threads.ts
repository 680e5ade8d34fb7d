import { join } from 'node:path';
import type { Attempt } from '../activities/attempt';
import type { ObjectStore } from '../gateways/object-store';
import { ThreadPool } from '../rows/threads/thread-pool';
import type { RangeNews, ThreadData } from './range-messages';
import { performRange, type RangeOrder } from './range-order';

/** Threads that a collect may have. */
export interface CollectThreads extends ThreadData {
  /** At most so many, this one among them. */
  readonly count: number;
  /** Fewer bytes are left to this thread: another takes longer to start and to warm up than it saves. @default 1,000,000,000 */
  readonly worthBytes?: number;
  /** Hears of bytes as other threads read them. */
  readonly onRead: (bytes: number) => void;
}

/** Validates and collects ranges, here and on other threads. */
export interface RangeThreads {
  readonly size: number;
  perform(order: RangeOrder): Promise<void>;
}

/** Bounds V8's young generation, which grows to 48 MB otherwise and is no faster for it. */
const YOUNG_GENERATION_MB = 12;

const WORTH_BYTES = 1_000_000_000;

/**
 * Lends to `work` the threads that so many bytes are worth, until it has ended. An abort has them give up what they are doing and clean
 * up, for which `work` waits.
 */
export async function withRangeThreads<Value>(
  store: ObjectStore,
  { count, worthBytes = WORTH_BYTES, endpoints, onRead }: CollectThreads,
  bytes: number,
  attempt: Attempt,
  work: (threads: RangeThreads) => Promise<Value>,
): Promise<Value> {
  const { signal } = attempt;
  const program = {
    path: join(__dirname, 'range-thread'),
    data: { endpoints } satisfies ThreadData,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  };
  const pool = new ThreadPool<RangeOrder, RangeNews, void>(bytes < worthBytes ? 1 : count, program, {
    perform: (order) => performRange(store, order, attempt),
    hear: (news) => (news.kind === 'read' ? onRead(news.bytes) : attempt.log.warn(news.text)),
  });
  const stop = () => pool.stop();
  signal.addEventListener('abort', stop);
  try {
    return await work(pool);
  } catch (error) {
    // a thread that was stopped doesn't know why
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await pool.close();
  }
}
