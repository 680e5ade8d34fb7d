import type { RowEntry } from '../domain/books';
import type { ObjectStore } from '../gateways/object-store';
import { type CallOptions, type DataObject, dataObject, nonce } from './commits';
import { LineWriter } from './line-writer';
import { readObjectLines } from './object-lines';
import type { RowSource } from './part-index';
import type { ErrorRow } from './result-row';
import { readRowList, writeRowList } from './row-list';

/** Status of a row that validation took out. */
const INVALID_INPUT = 'INVALID_INPUT';

/** Rows of a part that are never sent. */
export interface Quarantine {
  /** Their numbers, as `row-list.ts` writes them. */
  readonly rows: DataObject;
  /** Their lines of `errors.jsonl`, in the same order. */
  readonly errors: DataObject;
}

/** Notes rows that are taken out, in input order; writes nothing where there are none. */
export class QuarantineWriter {
  readonly #store: ObjectStore;
  readonly #name: string;
  readonly #errors: LineWriter;
  readonly #rows: number[] = [];

  /** @param prefix what the names of its two objects begin with */
  constructor(store: ObjectStore, prefix: string) {
    this.#store = store;
    this.#name = `${prefix}-quarantined-${nonce()}`;
    this.#errors = new LineWriter(store, `${this.#name}.jsonl`);
  }

  async add(row: number, key: string, { uri, line }: RowSource, message: string): Promise<void> {
    const error: ErrorRow = {
      key,
      outcome: 'failed',
      source: { uri, line },
      error: { code: null, status: INVALID_INPUT, message, retryable: false },
      round: 0,
    };
    this.#rows.push(row);
    this.#errors.add(JSON.stringify(error));
    if (this.#errors.isFull) await this.#errors.drain();
  }

  async close(options: CallOptions = {}): Promise<Quarantine | null> {
    const errors = await this.#errors.close();
    if (errors === null) return null;
    const rows = await writeRowList(this.#store, `${this.#name}.rows`, this.#rows, {
      ifGenerationMatch: 0,
      ...options,
    });
    return { rows: dataObject(rows, this.#rows.length), errors };
  }

  async abandon(): Promise<void> {
    await this.#errors.abandon();
  }
}

/** Numbers of the rows that are never sent. */
export async function readQuarantinedRows(
  store: ObjectStore,
  quarantine: Quarantine | null,
  options: CallOptions = {},
): Promise<ReadonlySet<number>> {
  return new Set(quarantine === null ? [] : await readRowList(store, quarantine.rows.uri, options));
}

/** The rows and what the books say of them; `object` is the books' number of the quarantine's `errors`. */
export async function* readQuarantine(
  store: ObjectStore,
  { rows, errors }: Quarantine,
  object: number,
  options: CallOptions = {},
): AsyncGenerator<{ readonly row: number; readonly entry: RowEntry }, void, undefined> {
  const numbers = await readRowList(store, rows.uri, options);
  let position = 0;
  for await (const { byte, length } of readObjectLines(store, errors, options)) {
    const row = numbers[position++];
    if (row === undefined) throw new Error(`${errors.uri} has more lines than ${rows.uri} has rows`);
    yield { row, entry: { ...TAKEN_OUT, object, offset: byte, length } };
  }
}

const TAKEN_OUT = { kind: 'failed', code: null, status: INVALID_INPUT, retryable: false, usage: null } as const;
