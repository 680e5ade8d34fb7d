import { workerData } from 'node:worker_threads';
import { objectStoreAnywhere } from '../gateways/object-store-anywhere';
import { ObjectStoreGcs } from '../gateways/object-store-gcs';
import { performOrders } from '../rows/threads/perform-orders';
import { attemptWithoutTemporal } from './attempt-without-temporal';
import type { RangeNews, ThreadData } from './range-messages';
import { performRange, type RangeOrder } from './range-order';

/** The program of a thread that validates and collects ranges, with a store of its own. */
performOrders<RangeOrder, void>((tellAnything) => {
  const tell = (news: RangeNews) => tellAnything(news);
  const { storage, trustedHosts } = (workerData as ThreadData).endpoints;
  const store = objectStoreAnywhere({
    remote: () =>
      new ObjectStoreGcs({
        ...(storage !== undefined && { apiEndpoint: storage }),
        ...(trustedHosts && { trustedHosts }),
      }),
    onRead: (_, bytes) => tell({ kind: 'read', bytes }),
  });
  const warn = (text: string) => tell({ kind: 'warning', text });
  return (order, signal) => performRange(store, order, attemptWithoutTemporal(signal, warn));
});
