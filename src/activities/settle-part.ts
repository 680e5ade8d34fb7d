import { createHash } from 'node:crypto';
import type { PartBooks } from '../domain/books';
import { costOfModels } from '../domain/model-usage';
import type { PriceTable } from '../domain/price-table';
import { isGatewayError } from '../gateways/gateway-error';
import type { ObjectStore } from '../gateways/object-store';
import type { TableStore } from '../gateways/table-store';
import { commitOnce, type DataObject, findRecord } from '../rows/commits';
import { together } from '../rows/in-parallel';
import { metadataOf } from '../rows/metadata';
import type { PartIndex } from '../rows/part-index';
import { loadPartIndex } from '../rows/part-index-stored';
import { partOf, type Plan, readPlan } from '../rows/plan';
import { publish } from '../rows/publish';
import { planRanges } from '../rows/ranges';
import type { SettledRecord } from '../rows/records';
import { loadRequestHashes } from '../rows/request-hashes';
import type { ResultRow } from '../rows/result-row';
import { writeRowList } from '../rows/row-list';
import { handlerDirectory } from '../rows/work-paths';
import type { Attempt, RowGateways } from './attempt';
import type { SettledPart, SettlePartInput } from './contract';
import { type MergedRounds, mergeRounds } from './merge-rounds';
import { writeDeadLetters } from './write-dead-letters';
import { type UnansweredRows, writeErrors } from './write-errors';
import { writeResults } from './write-results';

export interface SettleOptions {
  /** A result file is closed when it has this many bytes. @default 256,000,000 */
  readonly targetBytes?: number;
  /** Smallest range of results worth an activity, in bytes. @default 64,000,000 */
  readonly minimumRangeBytes?: number;
}

export interface SettleGateways extends RowGateways {
  /** @default no output is a copy of a table that left something out */
  readonly tables?: TableStore | undefined;
  readonly prices: PriceTable;
}

/** Chooses one winner a row over all rounds, checks the sums and, when it is the last word, writes what the caller gets. */
export async function settlePart(
  { store, tables, prices }: SettleGateways,
  input: SettlePartInput,
  attempt: Attempt,
  options: SettleOptions = {},
): Promise<SettledPart> {
  const { signal, log } = attempt;
  const prefix = `${handlerDirectory(input.run, input.handler)}settled-p${input.part}-${digestOf(input)}`;
  const recordUri = `${prefix}.json`;
  if (input.final) {
    const standing = await findRecord<SettledRecord>(store, recordUri, { signal });
    if (standing !== undefined) return standing.settled;
  }
  const plan = await readPlan(store, input.planUri, { signal });
  const index = await loadPartIndex(store, plan, input.part);
  const hashes = () => loadRequestHashes(store, plan, input.part, index, { signal, log });
  const { quarantine } = partOf(plan, input.part);
  const merged = await mergeRounds(store, { index, hashes, quarantine }, input.rounds, attempt);
  const sums = {
    ...sumsOf(merged),
    ...usageOf(merged.books, input, prices, attempt.now()),
    retryRowsUri: await writeRetryRows(store, merged.books, `${prefix}-retry-rows`, attempt),
  };
  if (!input.final) return sums;

  const written = await writeFinal({ store, tables, input, plan, index, merged, prefix, attempt, options });
  const ranges = planRanges(
    written.results.map(({ bytes }) => ({ size: bytes })),
    {
      ...(input.maximumRanges === undefined ? {} : { maximumRanges: input.maximumRanges }),
      ...(options.minimumRangeBytes === undefined ? {} : { minimumBytes: options.minimumRangeBytes }),
    },
  );
  const settled: SettledPart = {
    ...sums,
    imbalances: [...sums.imbalances, ...written.imbalances],
    settledUri: recordUri,
    processRanges: ranges.length,
    results: totalOf(written.results),
    errorsUri: written.errors?.uri ?? null,
    deadLettersUri: written.deadLetters?.uri ?? null,
  };
  const { results, errors, deadLetters } = written;
  const record: SettledRecord = {
    part: input.part,
    settled,
    results,
    ranges,
    errors,
    deadLetters,
    problems: merged.problems,
  };
  return (await commitOnce(store, recordUri, record, { signal })).record.settled;
}

/** The same rounds of the same jobs have the same name, in every attempt. */
function digestOf({ rounds }: SettlePartInput): string {
  const identity = rounds.map(({ round, outputsUri, job }) => [round, outputsUri, job.name, job.state]);
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 12);
}

function sumsOf({ books, strangers, imbalances }: MergedRounds): SettledPart {
  return {
    books: books.tally(),
    retryable: books.count((row) => books.isRetryable(row)),
    retryRowsUri: null,
    usage: books.usage(),
    duplicates: books.duplicates,
    strangers,
    reasons: books.reasons(),
    imbalances,
    settledUri: null,
    processRanges: 0,
    results: { files: 0, rows: 0, bytes: 0 },
    errorsUri: null,
    deadLettersUri: null,
  };
}

/** Answers that name no model are counted under the one that was asked for. */
function usageOf(books: PartBooks, { model = '' }: SettlePartInput, table: PriceTable, now: number) {
  const models = books.usageByModel();
  const microsUsd = costOfModels(models, { table, model, now });
  return {
    usageByModel: Object.fromEntries(models.map(({ modelVersion, usage }) => [modelVersion ?? model, usage])),
    finishReasons: books.finishReasons(),
    cost: microsUsd === null ? null : { microsUsd, priceTable: table.date },
  };
}

async function writeRetryRows(store: ObjectStore, books: PartBooks, uri: string, { signal }: Attempt) {
  if (books.count((row) => books.isRetryable(row)) === 0) return null;
  const rows = books.rowsThat((row) => books.isRetryable(row));
  try {
    await writeRowList(store, uri, rows, { signal, ifGenerationMatch: 0 });
  } catch (error) {
    // Every attempt finds the same rows.
    if (!isGatewayError(error, 'precondition')) throw error;
  }
  return uri;
}

interface FinalWriting {
  readonly store: ObjectStore;
  readonly tables: TableStore | undefined;
  readonly input: SettlePartInput;
  readonly plan: Plan;
  readonly index: PartIndex;
  readonly merged: MergedRounds;
  readonly prefix: string;
  readonly attempt: Attempt;
  readonly options: SettleOptions;
}

async function writeFinal({ store, tables, input, plan, index, merged, prefix, attempt, options }: FinalWriting) {
  const { directory } = input.run;
  const { books, objects } = merged;
  const { signal } = attempt;
  const readdress = (line: Buffer, row: number) => readdressed(store, plan, index, line, row, attempt);
  const work = { store, books, objects, readdress, workPrefix: prefix, attempt };

  const writingResults = writeResults({
    ...work,
    nameOf: (file) => `${directory}results/part-${ofPart(plan, input.part)}${String(file).padStart(5, '0')}.jsonl`,
    targetBytes: options.targetBytes ?? 256_000_000,
  });
  const unanswered: UnansweredRows = { ...work, tables, index, missing: missingOf(input) };
  const [results, { errors, written, lost }] = await together(
    writingResults,
    writeUnanswered(unanswered, plan.keys.field),
  );
  // those of several parts become one at the end of the run
  const publishAs = (object: DataObject | null, name: string) =>
    plan.parts.length > 1 ? object : object && publish(store, object, `${directory}${name}.jsonl`, { signal });
  return {
    results,
    errors: await publishAs(errors, 'errors'),
    deadLetters: await publishAs(written, 'dead-letters'),
    imbalances:
      lost === 0 ? [] : [`dead letters that are lost, since the input is not there any more as it was: ${lost}`],
  };
}

async function writeUnanswered(unanswered: UnansweredRows, keyField: string | null) {
  const errors = await writeErrors(unanswered);
  return { errors, ...(await writeDeadLetters(unanswered, keyField)) };
}

/** Of several parts, each has its number before those of its files. */
function ofPart({ parts }: Plan, part: number): string {
  return parts.length === 1 ? '' : `${String(part).padStart(3, '0')}-`;
}

function missingOf({ rounds }: SettlePartInput): UnansweredRows['missing'] {
  const last = rounds.reduce<SettlePartInput['rounds'][number] | undefined>(
    (latest, round) => (latest === undefined || round.round > latest.round ? round : latest),
    undefined,
  );
  if (last === undefined) return { round: 0, message: 'No job was run for this row.' };
  const { job, round } = last;
  if (job.state === 'JOB_STATE_UNSPECIFIED')
    return { round, message: 'The outputs that were given have no row for it.' };
  const why = job.error === null ? '' : `: ${job.error.message}`;
  return { round, message: `The output of ${job.name}, which ended in ${job.state}${why}, has no row for it.` };
}

/** A line that was written for the first of several rows with the same request, in the name of the one that gets it. */
async function readdressed(
  store: ObjectStore,
  plan: Plan,
  index: PartIndex,
  line: Buffer,
  row: number,
  { signal, log }: Attempt,
): Promise<string> {
  const written = JSON.parse(line.toString('utf8')) as Partial<ResultRow>;
  const addressed = { ...written, key: index.keyOf(row), source: index.sourceOf(row) };
  if (written.metadata === undefined) return JSON.stringify(addressed);
  const metadata = await metadataOf(store, index, plan.keys.field, row, { signal, log });
  return JSON.stringify({ ...addressed, metadata });
}

function totalOf(files: readonly DataObject[]): SettledPart['results'] {
  return {
    files: files.length,
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
