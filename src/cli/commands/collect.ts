import type { Command } from 'commander';
import { attemptWithoutTemporal } from '../../collect/attempt-without-temporal';
import {
  collectOutputs,
  type Collected,
  type CollectProgress,
  type CollectRequest,
} from '../../collect/collect-outputs';
import { count } from '../../domain/count-text';
import { objectStoreAnywhere } from '../../gateways/object-store-anywhere';
import { defaultThreads } from '../../rows/threads/default-threads';
import { tableStoreHeard } from '../../gateways/table-store-heard';
import { priceTableOf } from '../../schemas/price-table';
import { action, withCommonOptions, type CommonFlags, type Host, type Invocation } from '../command-line';
import { EXIT, exitCodeOf, type ExitCode } from '../exit-code';
import { objectStore, tableStore } from '../google';
import { listenForInterrupts } from '../interrupts';
import { addPricesOption, givenPrices, type PricesFlags } from '../prices';
import { collectProgressText } from '../text/collect-progress';
import { plain } from '../text/plain';
import { countOf } from '../text/quantities';
import { resultText } from '../text/result-text';
import { threadsOption } from '../threads-option';

interface CollectFlags extends CommonFlags, PricesFlags {
  readonly input: readonly string[];
  readonly to: string;
  readonly keyField?: string;
  readonly allowPartial?: boolean;
  readonly threads?: number;
}

const AFTER_HELP = `
Outputs and input may lie here, in Cloud Storage or in BigQuery tables, and the results here or in Cloud Storage. Of a directory or prefix every file counts that a job
writes, by the names that are known: predictions*.jsonl, and incremental_*.jsonl only where there is nothing else. Rows are joined by
their key, and by their request where the output has no key that the input knows. Several outputs are added up: each row counts once.`;

export function addCollect(program: Command, host: Host): void {
  const command = program
    .command('collect')
    .summary('what a run does after a job has ended, without a run')
    .description(
      'Joins the output of jobs that ended, wherever they were started, with their input: results, errors, dead letters and a manifest. Needs neither Temporal nor a worker.',
    )
    .argument('<output...>', 'files, directories, gs:// prefixes and wildcards, bq:// tables that the jobs wrote')
    .requiredOption('--input <uri...>', 'what the jobs read: local files, gs:// objects and wildcards, bq:// tables')
    .requiredOption(
      '--to <directory>',
      'where to write: a directory, or gs://bucket/prefix/; empty, or of the same collect',
    )
    .option('--key-field <name>', 'top-level field that identifies each row (default: the first of key, custom_id, id)')
    .addOption(threadsOption('collect'))
    .option('--allow-partial', 'exit code 0 also when some rows have no answer')
    .addHelpText('after', AFTER_HELP);
  const example = 'vertex-batch collect gs://acme/out/prediction-model-2026-11-22/ --input prompts.jsonl --to answers/';
  withCommonOptions(addPricesOption(command), example).action(action<CollectFlags, [outputs: string[]]>(host, collect));
}

async function collect(invocation: Invocation<CollectFlags>, outputs: readonly string[]): Promise<ExitCode> {
  const { flags, output } = invocation;
  const interrupts = listenForInterrupts();
  const { signal } = interrupts;
  try {
    const { input, to, keyField = null } = flags;
    const collected = await collectLive(invocation, { outputs, input, to, keyField }, signal);
    return show(invocation, collected);
  } catch (error) {
    if (!signal.aborted) throw error;
    output.live.hide();
    output.note('Interrupted. Nothing was left behind.');
    return EXIT.interrupted;
  } finally {
    interrupts.dispose();
  }
}

/** Collects with a live line that tells how far it is. */
async function collectLive(
  { output, config, flags }: Invocation<CollectFlags>,
  request: CollectRequest,
  signal: AbortSignal,
): Promise<Collected> {
  const prices = priceTableOf(await givenPrices(flags, config));
  let progress: CollectProgress = { phase: 'reading input', unit: 'bytes', done: 0, of: 0 };
  let begun = performance.now();
  const { live, colors } = output;
  live.show((columns) => collectProgressText(progress, { elapsedMs: performance.now() - begun, columns, colors }));
  const onRead = (quantity: number, unit: CollectProgress['unit'] = 'bytes') => {
    if (unit === progress.unit) progress = { ...progress, done: progress.done + quantity };
  };
  const onPhase = (next: CollectProgress) => {
    progress = next;
    begun = performance.now();
  };
  const store = objectStoreAnywhere({ remote: () => objectStore(config), onRead: (_, bytes) => onRead(bytes) });
  const threads = { count: flags.threads ?? defaultThreads(), endpoints: config.endpoints, onRead };
  // what a worker would log is a remark here
  const attempt = attemptWithoutTemporal(signal, (text) => output.note(plain(text)));
  const tables = () => tableStoreHeard(tableStore(config), (rows) => onRead(rows, 'rows'));
  const collected = await collectOutputs({ store, tables, prices, threads }, request, attempt, onPhase);
  live.hide();
  return collected;
}

function show({ output, flags }: Invocation<CollectFlags>, collected: Collected): ExitCode {
  const { result, stood } = collected;
  output.json({ result });
  if (stood) output.note('These outputs were collected there before; this is what was written then.');
  output.print(resultText(result, output));
  for (const remark of remarksOn(collected)) output.print(`${output.colors.yellow('note')}        ${remark}`);
  return exitCodeOf(result.outcome, flags.allowPartial === true);
}

function remarksOn({ result, strangers, duplicates, problems }: Collected): string[] {
  const first = problems.find(({ kind }) => kind === 'stranger');
  const where = first === undefined ? '' : `, the first in ${plain(first.uri)} at byte ${count(first.byte)}`;
  const remedy = result.rows.answered === 0 ? '. Is this the input that the job read?' : '';
  return [
    ...(strangers > 0 ? [`not of this input: ${countOf(strangers, 'row')} of the outputs${where}${remedy}`] : []),
    ...(duplicates > 0 ? [`doubles: ${countOf(duplicates, 'row')} of the outputs`] : []),
  ];
}
