import { settlePart } from '../../src/activities/settle-part';
import { collectDirectory } from '../../src/collect/collect-directory';
import type { OutputDirectory } from '../../src/collect/find-output-directories';
import { withRangeThreads } from '../../src/collect/range-threads';
import type { ObjectStore } from '../../src/gateways/object-store';
import { LIST_PRICES } from '../../src/schemas/price-table';
import type { Verdict } from '../contest/measured';
import { quietAttempt } from './quiet-attempt';

/** What `vertex-batch collect` does once it knows its input: collects the output's ranges and settles the books. */
export async function settleOutputs(
  store: ObjectStore,
  { planUri, outputs }: { readonly planUri: string; readonly outputs: OutputDirectory },
  { directory, threads }: { readonly directory: string; readonly threads: number },
): Promise<Verdict> {
  const run = { directory, key: 'bench', execution: 'bench' };
  const attempt = quietAttempt();
  const lent = { count: threads, endpoints: {}, onRead: () => {} };
  const round = await withRangeThreads(store, lent, Infinity, attempt, (ranges) =>
    collectDirectory({ store, threads: ranges }, { run, planUri }, outputs, 1, attempt),
  );
  const settling = { run, planUri, part: 1, rounds: [round], handler: null, final: true };
  const { books } = await settlePart({ store, prices: LIST_PRICES }, settling, attempt);
  return { rows: books.answered + books.blocked + books.failed, errors: books.missing };
}
