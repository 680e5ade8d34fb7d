import { isGatewayError } from '../gateways/gateway-error';
import type { ObjectStore } from '../gateways/object-store';
import { commitOnce, type DataObject, nonce, readJson } from '../rows/commits';
import { LineWriter } from '../rows/line-writer';
import type { ProcessedRecord } from '../rows/records';
import type { HandledRows } from './handle-rows';

/** Another attempt committed from the same place: this one has to look where things stand. */
export class ProgressTaken extends Error {
  override readonly name = 'ProgressTaken';
}

interface Begun {
  readonly handedBelow: number;
  /** Whose mark it is. Without it the mark of another attempt, which says the same, would pass for one whose answer was lost. */
  readonly attempt?: string;
}

/** How far a range of results is processed, as its records in the bucket tell. */
export class RangeProgress {
  readonly #store: ObjectStore;
  readonly #directory: string;
  readonly #attempt: string;
  #last: ProcessedRecord;
  #lastUri: string | null;
  /** Rows below may have been handed out by an earlier attempt. */
  readonly repeatBelow: number;

  private constructor(
    store: ObjectStore,
    directory: string,
    attempt: string,
    last: ProcessedRecord,
    lastUri: string | null,
    repeatBelow: number,
  ) {
    this.#store = store;
    this.#directory = directory;
    this.#attempt = attempt;
    this.#last = last;
    this.#lastUri = lastUri;
    this.repeatBelow = repeatBelow;
  }

  /** Goes on behind the last record, or marks the range as begun. */
  static async open(
    store: ObjectStore,
    directory: string,
    from: number,
    firstHandedBelow: number,
  ): Promise<RangeProgress> {
    const attempt = nonce();
    const lastUri = await lastRecordUri(store, directory);
    if (lastUri !== null) {
      const last = await readJson<ProcessedRecord>(store, lastUri);
      return new RangeProgress(store, directory, attempt, last, lastUri, last.handedBelow);
    }
    const mark = { handedBelow: firstHandedBelow, attempt };
    const { record: begun } = await commitOnce<Begun>(store, `${directory}begun.json`, mark);
    const { handedBelow } = begun;
    const nothing: ProcessedRecord = {
      from,
      to: from,
      handedBelow,
      processed: 0,
      rejected: 0,
      rejectedRows: null,
      attempt: '',
      rejectedBefore: null,
    };
    const repeatBelow = begun.attempt === attempt ? from : handedBelow;
    return new RangeProgress(store, directory, attempt, nothing, null, repeatBelow);
  }

  get position(): number {
    return this.#last.to;
  }

  get handedBelow(): number {
    return this.#last.handedBelow;
  }

  get tallies(): { readonly processed: number; readonly rejected: number } {
    return { processed: this.#last.processed, rejected: this.#last.rejected };
  }

  /**
   * @param handedBelow bound of what may be handed out from now on
   * @throws {ProgressTaken} when a record stands there already
   */
  async commit({ to, rows, rejected }: HandledRows, handedBelow: number): Promise<void> {
    const before = this.#last;
    const uri = `${this.#directory}at-${String(before.to).padStart(16, '0')}.json`;
    const rejectedRows = await this.#writeRejected(uri, rejected);
    const record: ProcessedRecord = {
      from: before.to,
      to,
      handedBelow: Math.max(before.handedBelow, handedBelow),
      processed: before.processed + rows - rejected.length,
      rejected: before.rejected + rejected.length,
      rejectedRows,
      attempt: this.#attempt,
      rejectedBefore: before.rejectedRows === null ? before.rejectedBefore : this.#lastUri,
    };
    try {
      await this.#store.write(uri, JSON.stringify(record), { ifGenerationMatch: 0, contentType: 'application/json' });
    } catch (error) {
      if (!isGatewayError(error, 'precondition')) throw error;
      // The answer to our own write may have been lost on its way.
      const standing = await readJson<ProcessedRecord>(this.#store, uri);
      if (standing.attempt !== this.#attempt) throw new ProgressTaken(`${uri} stands already`);
    }
    this.#last = record;
    this.#lastUri = uri;
  }

  async #writeRejected(uri: string, rejected: HandledRows['rejected']): Promise<DataObject | null> {
    const writer = new LineWriter(
      this.#store,
      `${uri.slice(0, -'.json'.length).replace(/\/at-/, '/rejected-')}-${nonce()}.jsonl`,
    );
    for (const row of rejected) writer.add(JSON.stringify(row));
    return writer.close();
  }
}

async function lastRecordUri(store: ObjectStore, directory: string): Promise<string | null> {
  let last: string | null = null;
  for await (const { uri } of store.list(`${directory}at-`)) last = uri;
  return last;
}

/** Objects of the rows that were rejected in a range, in order. */
export async function rejectedObjects(store: ObjectStore, directory: string): Promise<DataObject[]> {
  const objects: DataObject[] = [];
  let uri = await lastRecordUri(store, directory);
  while (uri !== null) {
    const record: ProcessedRecord = await readJson<ProcessedRecord>(store, uri);
    if (record.rejectedRows !== null) objects.unshift(record.rejectedRows);
    uri = record.rejectedBefore;
  }
  return objects;
}
