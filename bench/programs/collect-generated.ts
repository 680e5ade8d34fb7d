import { argv } from 'node:process';
import { settlePart } from '../../src/activities/settle-part';
import { collectDirectory } from '../../src/collect/collect-directory';
import { findInput } from '../../src/collect/find-input';
import { findOutputDirectories } from '../../src/collect/find-output-directories';
import { planInput } from '../../src/collect/plan-input';
import { withRangeThreads } from '../../src/collect/range-threads';
import { planUri } from '../../src/rows/plan';
import { LIST_PRICES } from '../../src/schemas/price-table';
import type { Verdict } from '../contest/measured';
import { ForgetfulStore } from '../scale/forgetful-store';
import { answerRows, requestRows } from '../scale/generated-run';
import { printMeasured } from './measured';
import { quietAttempt } from './quiet-attempt';

const INPUT = 'gs://acme/in/prompts.jsonl';
const OUTPUT = 'gs://acme/out/predictions.jsonl';

const [, , rowsText, directory = ''] = argv;
const rows = Number(rowsText);
const store = new ForgetfulStore(directory);
store.generate(INPUT, requestRows(0, rows));
store.generate(OUTPUT, answerRows({ first: 0, rows, isCopy: false }));

/** What `vertex-batch collect` does, of an input and an output that are made as they are read; results are forgotten. */
async function collect(): Promise<Verdict> {
  const run = { directory: 'gs://acme/collected/', key: 'bench', execution: 'bench' };
  const attempt = quietAttempt();
  const search = { store, signal: attempt.signal };
  const sources = await findInput(search, [INPUT]);
  const [outputs] = await findOutputDirectories(search, [OUTPUT], run.directory);
  if (outputs === undefined) throw new Error(`${OUTPUT} isn't there`);
  const input = { run, planUri: planUri(run) };
  const alone = { count: 1, endpoints: {}, onRead: () => {} };
  const round = await withRangeThreads(store, alone, 0, attempt, async (threads) => {
    await planInput({ store, threads }, { run, sources, keyField: 'key' }, attempt);
    return await collectDirectory({ store, threads }, input, outputs, 1, attempt);
  });
  const settling = { ...input, part: 1, rounds: [round], handler: null, final: true };
  const { books } = await settlePart({ store, prices: LIST_PRICES }, settling, attempt);
  return { rows: books.answered + books.blocked + books.failed, errors: books.missing };
}

void printMeasured(collect);
