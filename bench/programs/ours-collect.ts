import { argv } from 'node:process';
import { settlePart } from '../../src/activities/settle-part';
import { collectDirectory } from '../../src/collect/collect-directory';
import { withRangeThreads } from '../../src/collect/range-threads';
import { ObjectStoreFiles } from '../../src/gateways/object-store-files';
import { LIST_PRICES } from '../../src/schemas/price-table';
import type { Preparation } from '../collecting/preparation';
import type { Verdict } from '../contest/measured';
import { quietAttempt } from './quiet-attempt';
import { printMeasured } from './measured';

const [, , threads, prepared = '', directory = ''] = argv;
const { planUri, outputs } = JSON.parse(prepared) as Preparation;

/** What `vertex-batch collect` does once it knows its input: collects the output's ranges and settles the books. */
async function collect(): Promise<Verdict> {
  const store = new ObjectStoreFiles();
  const run = { directory, key: 'bench', execution: 'bench' };
  const attempt = quietAttempt();
  const lent = { count: Number(threads), endpoints: {}, onRead: () => {} };
  const round = await withRangeThreads(store, lent, Infinity, attempt, (ranges) =>
    collectDirectory({ store, threads: ranges }, { run, planUri }, outputs, 1, attempt),
  );
  const settling = { run, planUri, part: 1, rounds: [round], handler: null, final: true };
  const { books } = await settlePart({ store, prices: LIST_PRICES }, settling, attempt);
  return { rows: books.answered + books.blocked + books.failed, errors: books.missing };
}

void printMeasured(collect);
