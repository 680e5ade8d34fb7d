import type { PartBooks } from '../domain/books';
import type { ObjectStore } from '../gateways/object-store';
import { type DataObject, nonce } from '../rows/commits';
import { LineWriter } from '../rows/line-writer';
import { readObjectLines } from '../rows/object-lines';
import { joinObjects, publish } from '../rows/publish';
import type { Attempt } from './attempt';
import type { CollectedObjects } from './merge-rounds';

export interface ResultFilesPlan {
  readonly store: ObjectStore;
  readonly books: PartBooks;
  readonly objects: readonly CollectedObjects[];
  /** Gives a line to the row that it turned out to belong to. */
  readonly readdress: (line: Buffer, row: number) => Promise<string>;
  /** Beginning of the names of what is made on the way. */
  readonly workPrefix: string;
  /** Lasting name of the n-th file, from 1. */
  readonly nameOf: (file: number) => string;
  /** A file is closed when it has this many bytes. */
  readonly targetBytes: number;
  readonly attempt: Attempt;
}

/**
 * Writes the result files of a part: collected objects as they are where all their lines won, others without the losers.
 * A file holds one round, so that another round leaves the files of earlier ones as they were.
 */
export async function writeResults(plan: ResultFilesPlan): Promise<DataObject[]> {
  const { store, attempt } = plan;
  const groups = await groupsOf(plan);
  const files: DataObject[] = [];
  for (const group of groups) {
    attempt.heartbeat();
    const joined = await joinObjects(store, group, `${plan.workPrefix}-joined`, { signal: attempt.signal });
    files.push(await publish(store, joined, plan.nameOf(files.length + 1), { signal: attempt.signal }));
  }
  return files;
}

async function groupsOf(plan: ResultFilesPlan): Promise<[DataObject, ...DataObject[]][]> {
  const groups: [DataObject, ...DataObject[]][] = [];
  const untouched = untouchedObjects(plan);
  let round = 0;
  let bytes = 0;
  for (const [object, { results, round: itsRound }] of plan.objects.entries()) {
    if (results === null) continue;
    const winners = untouched[object] === true ? results : await rewritten(plan, object, results);
    if (winners === null) continue;
    const group = groups.at(-1);
    if (group === undefined || itsRound !== round || bytes >= plan.targetBytes) {
      groups.push([winners]);
      bytes = 0;
    } else group.push(winners);
    round = itsRound;
    bytes += winners.bytes;
  }
  return groups;
}

/** Whether every line of an object is its row's winner, under the row's own name. */
function untouchedObjects({ books, objects }: ResultFilesPlan): boolean[] {
  const winners = new Uint32Array(objects.length);
  const moved = new Uint8Array(objects.length);
  for (let row = 0; row < books.rows; row += 1) {
    if (books.kindOf(row) !== 'answered') continue;
    const { object } = books.placeOf(row);
    winners[object]! += 1;
    if (books.isMoved(row)) moved[object] = 1;
  }
  return objects.map(({ results }, object) => winners[object] === results?.rows && moved[object] === 0);
}

async function rewritten(plan: ResultFilesPlan, object: number, results: DataObject): Promise<DataObject | null> {
  const { store, books, readdress, workPrefix, attempt } = plan;
  const rowAt = new Map<number, number>();
  for (const row of books.rowsThat((candidate) => books.kindOf(candidate) === 'answered')) {
    const place = books.placeOf(row);
    if (place.object === object) rowAt.set(place.offset, row);
  }
  const writer = new LineWriter(store, `${workPrefix}-rewritten-${nonce()}.jsonl`);
  try {
    for await (const line of readObjectLines(store, results, { signal: attempt.signal })) {
      attempt.heartbeat();
      const row = rowAt.get(line.byte);
      if (row === undefined || line.content === undefined) continue;
      writer.add(books.isMoved(row) ? await readdress(line.content, row) : line.content);
      if (writer.isFull) await writer.drain();
    }
    return await writer.close();
  } finally {
    await writer.abandon();
  }
}
