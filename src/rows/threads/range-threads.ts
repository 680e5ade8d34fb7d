import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BatchError } from '../../domain/batch-error';
import type { FileRange } from '../../activities/contract';
import type { CheckedRange, RangeProgress } from '../validate/checked-range';
import type { RangeNews, RangeOrder, ThreadData } from './range-messages';

/** Threads that validate ranges of files, each reading its own. */
export class RangeThreads {
  readonly #idle: Worker[];
  readonly #all: readonly Worker[];
  readonly #onProgress: (since: RangeProgress) => void;

  constructor(threads: number, data: ThreadData, onProgress: (since: RangeProgress) => void) {
    this.#all = Array.from({ length: threads }, () => newThread(data));
    this.#idle = [...this.#all];
    this.#onProgress = onProgress;
  }

  /** Validates a range; at most as many at a time as there are threads. */
  async check(range: FileRange): Promise<CheckedRange> {
    const thread = this.#idle.pop();
    if (thread === undefined) throw new Error(`All ${this.#all.length} threads are at work`);
    try {
      return await this.#checkOn(thread, { range });
    } finally {
      this.#idle.push(thread);
    }
  }

  /** Ends the threads, whatever they are doing. */
  async close(): Promise<void> {
    await Promise.all(this.#all.map((thread) => thread.terminate()));
  }

  async #checkOn(thread: Worker, order: RangeOrder): Promise<CheckedRange> {
    const { promise, resolve, reject } = deferred<CheckedRange>();
    const onNews = (news: RangeNews) => {
      if (news.kind === 'progress') this.#onProgress(news.since);
      else if (news.kind === 'done') resolve(news.checked);
      else reject(errorIn(news));
    };
    const onExit = (code: number) => reject(new Error(`A thread that validated a range ended with code ${code}`));
    thread.on('message', onNews).on('error', reject).on('exit', onExit);
    try {
      thread.postMessage(order);
      return await promise;
    } finally {
      thread.off('message', onNews).off('error', reject).off('exit', onExit);
    }
  }
}

/** What a thread threw, as it was before it was copied. */
function errorIn({ error, type }: Extract<RangeNews, { readonly kind: 'failed' }>): unknown {
  return type === null ? error : new BatchError(type, (error as Error).message, { cause: error });
}

function deferred<Value>() {
  let resolve!: (value: Value) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<Value>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

/** From sources, as in tests, a thread needs the loader that the main thread has. */
function newThread(data: ThreadData): Worker {
  const isSource = __filename.endsWith('.ts');
  return new Worker(join(__dirname, `range-thread.${isSource ? 'ts' : 'js'}`), {
    workerData: data,
    execArgv: isSource ? ['--require', 'tsx/cjs'] : [],
  });
}
