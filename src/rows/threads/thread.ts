import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { ThreadNews, ThreadOrder } from './thread-messages';
import { fromThrown } from './thrown';

/** What a thread runs. */
export interface ThreadProgram {
  /** Path of a module that calls `performOrders`, without its ending. */
  readonly path: string;
  /** What all orders have in common: the module's `workerData`. */
  readonly data: unknown;
  /** @default Node's */
  readonly resourceLimits?: ResourceLimits;
}

/** Settles what somebody waits for. */
interface Waiting<Done> {
  readonly resolve: (done: Done) => void;
  readonly reject: (reason: unknown) => void;
}

/** Another thread, which performs orders. Once it has died, orders fail with what it died of. */
export class Thread<Order, News, Done> {
  readonly #worker: Worker;
  readonly #hear: (news: News) => void;
  readonly #waiting = new Map<number, Waiting<Done>>();
  #orders = 0;
  #death: unknown;

  constructor(program: ThreadProgram, hear: (news: News) => void) {
    this.#hear = hear;
    this.#worker = newWorker(program)
      .on('message', (news: ThreadNews<News, Done>) => this.#take(news))
      .on('error', (error) => this.#die(error))
      .on('exit', (code) => this.#die(new Error(`A thread ended with code ${code} before its work was done`)));
  }

  /** Has an order performed, beside what the thread is doing already. */
  perform(order: Order): Promise<Done> {
    return new Promise((resolve, reject) => {
      if (this.#death !== undefined) return reject(this.#death);
      const number = (this.#orders += 1);
      this.#waiting.set(number, { resolve, reject });
      this.#send({ kind: 'perform', number, order });
    });
  }

  /** Asks it to give up what it is doing; who waits hears when it has. */
  stop(): void {
    this.#send({ kind: 'stop' });
  }

  /** Ends it, whatever it is doing. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(message: ThreadOrder<Order>): void {
    this.#worker.postMessage(message);
  }

  #take(message: ThreadNews<News, Done>): void {
    if (message.kind === 'news') return this.#hear(message.news);
    const waiting = this.#waiting.get(message.number);
    this.#waiting.delete(message.number);
    if (message.kind === 'done') waiting?.resolve(message.done);
    else waiting?.reject(fromThrown(message.thrown));
  }

  /** An error comes before the exit that it leads to. */
  #die(reason: unknown): void {
    this.#death ??= reason;
    for (const { reject } of this.#waiting.values()) reject(this.#death);
    this.#waiting.clear();
  }
}

/** From sources, as in tests, a thread needs the loader that the main thread has. */
function newWorker({ path, data, resourceLimits }: ThreadProgram): Worker {
  const isSource = __filename.endsWith('.ts');
  return new Worker(`${path}.${isSource ? 'ts' : 'js'}`, {
    workerData: data,
    execArgv: isSource ? ['--require', 'tsx/cjs'] : [],
    ...(resourceLimits && { resourceLimits }),
  });
}
