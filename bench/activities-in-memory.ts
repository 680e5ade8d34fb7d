import { type BatchDependencies, createBatchActivities } from '../src/activities/create-batch-activities';
import { AccessTokensFixed } from '../src/gateways/access-tokens-google';
import { LoadJobsRest } from '../src/gateways/load-jobs-rest';
import { TableStoreMemory } from '../src/gateways/table-store-memory';
import { LIST_PRICES } from '../src/schemas/price-table';

type Measured = Pick<BatchDependencies, 'store' | 'jobs' | 'concurrency'> & { readonly heartbeatMs: number };

/** The activities of a run over a store and jobs of this process; nothing goes over the wire. */
export function activitiesInMemory({ store, jobs, concurrency, heartbeatMs }: Measured) {
  return createBatchActivities({
    store,
    tables: new TableStoreMemory(),
    loads: new LoadJobsRest({ tokens: new AccessTokensFixed(), endpoint: 'http://localhost' }),
    jobs,
    handlers: {},
    polling: { initialMs: 10, maxMs: 100 },
    prices: LIST_PRICES,
    concurrency,
    guard: { attentionAfter: { failures: 3, ms: 60_000 }, handlerAttentionMs: 300_000, timeScale: 1 },
    timing: { submitMs: 120_000, heartbeatMs, lookIntervalMs: 30_000 },
    handlerGraceMs: 600_000,
  });
}
