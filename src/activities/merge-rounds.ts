import { imbalancesOf, PartBooks } from '../domain/books';
import { BatchError } from '../domain/batch-error';
import type { ObjectStore } from '../gateways/object-store';
import { type CollectedWords, readCollectedRows } from '../rows/collected-rows';
import { type DataObject, findRecord, readJson } from '../rows/commits';
import type { PartIndex } from '../rows/part-index';
import type { CollectRecord, JobOutputs, OutputProblem } from '../rows/records';
import type { RequestHashes } from '../rows/request-hashes';
import { type Quarantine, readQuarantine } from '../rows/quarantine';
import { directoryOf, rangeRecordUri } from '../rows/work-paths';
import type { PinnedTable, SourceFile } from '../rows/sources';
import type { Attempt } from './attempt';
import type { SettlePartInput } from './contract';

const KEPT_PROBLEMS = 100;
const NO_WORDS: CollectedWords = { statuses: [], modelVersions: [] };

/** One collected range; entries of the books name it by its place in the list. */
export interface CollectedObjects {
  readonly round: number;
  readonly results: DataObject | null;
  readonly errors: DataObject | null;
  readonly entries: DataObject | null;
  readonly words: CollectedWords;
  /** The output files that it was collected from. */
  readonly files: readonly SourceFile[];
  /** Of which the one file is a copy. */
  readonly table?: PinnedTable | undefined;
}

export interface MergedRounds {
  readonly books: PartBooks;
  readonly objects: readonly CollectedObjects[];
  readonly strangers: number;
  readonly problems: readonly OutputProblem[];
  readonly imbalances: readonly string[];
}

type Round = SettlePartInput['rounds'][number];

export interface PartAtHand {
  readonly index: PartIndex;
  readonly hashes: () => Promise<RequestHashes>;
  readonly quarantine: Quarantine | null;
}

/** Enters what validation took out and what was collected of all rounds into the books of a part. */
export async function mergeRounds(
  store: ObjectStore,
  { index, hashes, quarantine }: PartAtHand,
  rounds: readonly Round[],
  attempt: Attempt,
): Promise<MergedRounds> {
  const books = new PartBooks(index.rows);
  const objects: CollectedObjects[] = [];
  const problems: OutputProblem[] = [];
  const imbalances: string[] = [];
  let strangers = 0;
  if (quarantine !== null) {
    objects.push({ round: 0, results: null, errors: quarantine.errors, entries: null, words: NO_WORDS, files: [] });
    await takeOut(store, books, quarantine, attempt);
  }
  for (const round of [...rounds].sort((left, right) => left.round - right.round)) {
    books.beginRound(round.round);
    const { records, files, table } = await readRecords(store, round.outputsUri, attempt);
    for (const record of records) {
      const { results, errors, entries, words } = record;
      objects.push({ round: round.round, results, errors, entries, words, files, table });
      await enterRecord(store, hashes, books, record, objects.length - 1, attempt);
      problems.push(...record.problems.slice(0, KEPT_PROBLEMS - problems.length));
      strangers += record.strangers;
    }
    refuseUnreadable(round, records);
    imbalances.push(...imbalancesOf({ ...sumOf(records), ...whatTheServiceSays(round) }));
  }
  return { books, objects, strangers, problems, imbalances };
}

/** The quarantine's lines are the first object of the books. */
async function takeOut(store: ObjectStore, books: PartBooks, quarantine: Quarantine, attempt: Attempt): Promise<void> {
  for await (const { row, entry } of readQuarantine(store, quarantine, 0, { signal: attempt.signal })) {
    attempt.heartbeat();
    books.takeOut(row, entry);
  }
}

async function readRecords(store: ObjectStore, outputsUri: string | null, { signal }: Attempt) {
  const records: CollectRecord[] = [];
  if (outputsUri === null) return { records, files: [] };
  const { ranges, files, table } = await readJson<JobOutputs>(store, outputsUri, { signal });
  for (const range of ranges.keys()) {
    const uri = rangeRecordUri(directoryOf(outputsUri), range);
    const record = await findRecord<CollectRecord>(store, uri, { signal });
    if (record === undefined) throw new Error(`${uri} is missing: range ${range} was not collected`);
    records.push(record);
  }
  return { records, files, table };
}

async function enterRecord(
  store: ObjectStore,
  hashes: () => Promise<RequestHashes>,
  books: PartBooks,
  record: CollectRecord,
  object: number,
  attempt: Attempt,
): Promise<void> {
  const { entries, words } = record;
  if (entries === null) return;
  let entered = 0;
  for await (const rows of readCollectedRows(store, entries, { words, object }, { signal: attempt.signal })) {
    attempt.heartbeat();
    for (let place = 0; place < rows.length; place += 1) {
      const row = rows.at(place);
      const { requestHash } = row;
      if (requestHash === null) books.enter(row.row, row);
      else books.enterAmbiguous(rowsWith(await hashes(), requestHash, entries), row);
    }
    entered += rows.length;
  }
  if (entered !== record.answered + record.blocked + record.failed) {
    throw new Error(`${entries.uri} has ${entered} rows, its record has another number`);
  }
}

/** What was collected by another way of hashing would be lost without a word. */
function rowsWith(hashes: RequestHashes, requestHash: bigint, { uri }: DataObject): readonly number[] {
  const rows = hashes.rowsOf(requestHash);
  if (rows.length > 0) return rows;
  throw new BatchError(
    'BooksUnbalanced',
    `${uri} has an answer to a request that no row has: another version of this package collected it, which is to settle it as well`,
  );
}

function sumOf(records: readonly CollectRecord[]): { rows: number; unreadable: number } {
  return {
    rows: records.reduce((sum, record) => sum + record.rows, 0),
    unreadable: records.reduce((sum, record) => sum + record.unreadable, 0),
  };
}

function whatTheServiceSays({ round, job }: Round) {
  return { round, succeeded: job.state === 'JOB_STATE_SUCCEEDED', counts: job.counts };
}

/** An output of which nothing can be read is not an empty one. */
function refuseUnreadable({ job }: Round, records: readonly CollectRecord[]): void {
  const { rows, unreadable } = sumOf(records);
  if (rows > 0 || unreadable === 0) return;
  const first = records.flatMap((record) => record.problems).find(({ kind }) => kind === 'unreadable');
  const where = first === undefined ? '' : `; ${first.uri} has at byte ${first.byte}: ${first.text.slice(0, 200)}`;
  throw new BatchError(
    'BooksUnbalanced',
    `None of the ${unreadable} lines that ${job.name} wrote is a row of a batch job${where}`,
  );
}
