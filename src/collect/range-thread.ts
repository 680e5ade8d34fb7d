import { workerData } from 'node:worker_threads';
import type { Attempt } from '../activities/attempt';
import { objectStoreAnywhere } from '../gateways/object-store-anywhere';
import { ObjectStoreGcs } from '../gateways/object-store-gcs';
import { performOrders } from '../rows/threads/perform-orders';
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
  const log = warningsOnly((text) => tell({ kind: 'warning', text }));
  return (order, signal) =>
    performRange(store, order, { signal, log, now: Date.now, waited: () => 0, heartbeat: () => {} });
});

function warningsOnly(warn: (text: string) => void): Attempt['log'] {
  const nothing = () => {};
  return { log: nothing, trace: nothing, debug: nothing, info: nothing, error: nothing, warn };
}
