import { Thread, type ThreadProgram } from './thread';

/** What this thread does for its part. */
export interface ThisThread<Order, News, Done> {
  /** Performs an order here, where other things wait for their turns. */
  perform(order: Order): Promise<Done>;
  /** Hears of what the others tell. */
  hear(news: News): void;
}

/** Threads that perform orders, the one that made them among them. */
export class ThreadPool<Order, News, Done> {
  readonly #others: readonly Thread<Order, News, Done>[];
  readonly #all: readonly { readonly thread: Pick<ThisThread<Order, News, Done>, 'perform'>; orders: number }[];

  /** @param threads this one counts */
  constructor(threads: number, program: ThreadProgram, thisThread: ThisThread<Order, News, Done>) {
    const hear = (news: News) => thisThread.hear(news);
    this.#others = Array.from({ length: threads - 1 }, () => new Thread<Order, News, Done>(program, hear));
    this.#all = [thisThread, ...this.#others].map((thread) => ({ thread, orders: 0 }));
  }

  /** Threads, this one among them. */
  get size(): number {
    return this.#all.length;
  }

  /** Has an order performed by the thread that has the fewest; by this one where others have no fewer. */
  async perform(order: Order): Promise<Done> {
    const place = this.#all.reduce((least, other) => (other.orders < least.orders ? other : least));
    place.orders += 1;
    try {
      return await place.thread.perform(order);
    } finally {
      place.orders -= 1;
    }
  }

  /** Asks the other threads to give up what they are doing, as an abort does here; who waits for them hears when they have. */
  stop(): void {
    for (const thread of this.#others) thread.stop();
  }

  /** Ends the other threads, whatever they are doing. */
  async close(): Promise<void> {
    await Promise.all(this.#others.map((thread) => thread.close()));
  }
}
