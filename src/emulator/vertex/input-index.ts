import type { Blob, BlobStore } from '../storage/blob-store';
import type { InputBehaviour } from '../scenario';
import { Column, ImportRefusal } from './import-schema';
import { JobFailure } from './job-failure';
import { OWN_COLUMNS } from './job-input';
import { readLines } from '../json-lines';
import type { Line } from '../json-lines';
import { isBlank, readRow } from './input-row';
import { isObject } from './known-fields';
import { resolveInput } from './object-uri';

const ROWS_PER_BLOCK = 512;

/** Rows that stand one after another in one object. */
export interface Block {
  readonly blob: Blob;
  readonly start: number;
  readonly end: number;
  readonly firstRow: number;
  readonly rows: number;
}

/** What the import leaves behind: where rows stand, and which keys they have. */
export interface InputIndex {
  readonly blocks: readonly Block[];
  readonly rows: number;
  readonly columns: Column;
}

/** Reads the whole input once, as the service's import does. @throws {JobFailure} as the live service fails such a job */
export async function importInput(
  store: BlobStore,
  uris: readonly string[],
  behaviour: InputBehaviour,
): Promise<InputIndex> {
  const builder = new IndexBuilder(behaviour);
  const blobs = uris.flatMap((uri) => resolveInput(store, uri, behaviour.noMatchCode ?? 3));
  for (const blob of blobs) {
    if (blob.size > (behaviour.maxFileBytes ?? 1_000_000_000)) {
      throw new JobFailure(
        3,
        `Failed to import data. Input file gs://${blob.bucket}/${blob.name} has ${blob.size} bytes, which is too large.`,
      );
    }
    await builder.addBlob(store, blob);
  }
  return builder.finish();
}

/** A row of a previous output that needs no second run: it has an empty status and an answer. */
export function isDone(row: Record<string, unknown>): boolean {
  return row['status'] === '' && isObject(row['response']) && Object.keys(row['response']).length > 0;
}

class IndexBuilder {
  readonly #blocks: Block[] = [];
  readonly #behaviour: InputBehaviour;
  readonly #columns: Column;
  readonly #maxRows: number;
  #rows = 0;

  constructor(behaviour: InputBehaviour) {
    this.#behaviour = behaviour;
    this.#columns = new Column({ bothSpellings: behaviour.bothSpellings !== 'refused' });
    this.#maxRows = behaviour.maxRows ?? 200_000;
  }

  async addBlob(store: BlobStore, blob: Blob): Promise<void> {
    let block: { start: number; end: number; firstRow: number; rows: number } | undefined;
    for await (const line of readLines(store.read(blob))) {
      if (this.#behaviour.blankLines === 'skipped' && isBlank(line.bytes)) continue;
      this.#addRow(line);
      block ??= { start: line.start, end: line.end, firstRow: this.#rows, rows: 0 };
      block.end = line.end;
      block.rows += 1;
      this.#rows += 1;
      if (block.rows === ROWS_PER_BLOCK) {
        this.#blocks.push({ blob, ...block });
        block = undefined;
      }
    }
    if (block !== undefined) this.#blocks.push({ blob, ...block });
  }

  finish(): InputIndex {
    if (this.#rows === 0) throw new JobFailure(3, 'Failed to import data. The input has no rows.');
    return { blocks: this.#blocks, rows: this.#rows, columns: this.#columns };
  }

  #addRow({ bytes, start }: Line): void {
    if (this.#rows === this.#maxRows) {
      throw new JobFailure(3, `Failed to import data. The input has more than ${this.#maxRows} requests.`);
    }
    try {
      const row = readRow(bytes, start === 0, this.#behaviour);
      this.#columns.addEntries(withoutOwnColumns(row));
    } catch (error) {
      if (!(error instanceof ImportRefusal)) throw error;
      throw new JobFailure(3, `Failed to import data. ${error.message}`);
    }
  }
}

/** A row that this service wrote itself comes back without what it added: its own columns, and nulls in the echo. */
function withoutOwnColumns(row: Record<string, unknown>): Record<string, unknown> {
  if (!('status' in row && 'processed_time' in row)) return row;
  const rest = { ...row };
  for (const name of OWN_COLUMNS) delete rest[name];
  return withoutNulls(rest) as Record<string, unknown>;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([, content]) => content !== null);
  return Object.fromEntries(entries.map(([name, content]) => [name, withoutNulls(content)]));
}
