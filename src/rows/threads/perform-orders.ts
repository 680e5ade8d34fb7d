import { parentPort } from 'node:worker_threads';
import type { ThreadNews, ThreadOrder } from './thread-messages';
import { toThrown } from './thrown';

/** Carries out one order; the signal aborts when the thread is stopped. */
type Perform<Order, Done> = (order: Order, signal: AbortSignal) => Promise<Done>;

/** Makes this the program of a `Thread`: it performs the orders that it is given, as they come. */
export function performOrders<Order, Done>(prepare: (tell: (news: unknown) => void) => Perform<Order, Done>): void {
  const tell = (news: ThreadNews<unknown, Done>) => parentPort?.postMessage(news);
  const perform = prepare((news) => tell({ kind: 'news', news }));
  const stopping = new AbortController();
  parentPort?.on('message', (message: ThreadOrder<Order>) => {
    if (message.kind === 'stop') return stopping.abort();
    const { number } = message;
    perform(message.order, stopping.signal).then(
      (done) => tell({ kind: 'done', number, done }),
      (error: unknown) => tell({ kind: 'failed', number, thrown: toThrown(error) }),
    );
  });
}
