import { positionKey, parseStagedKey } from '../domain/validation-keys';
import type { Repair } from '../domain/validation-rules';
import { giveBack } from '../gateways/given-back';
import type { ObjectStore } from '../gateways/object-store';
import { readInto } from './commits';
import { HashChains, NO_ROW } from './hash-chains';
import { hashOf, lanesOfAscii } from './hash64';
import type { PartIndex, RowLocation, RowSource } from './part-index';
import { partOf, type Plan, type PlanPart } from './plan';
import { readRowIndex, type RowIndex } from './row-index';
import { RowLines } from './row-lines';

/** Entry of the key file for metadata that were too large to keep. */
export const METADATA_IN_INPUT = 'null';

/** A part's index as its files in the bucket have it. */
class StoredPartIndex implements PartIndex {
  readonly rows: number;
  readonly outputKeyField: string;
  readonly isForeign: boolean;
  readonly repairs: readonly Repair[];
  readonly keyFile: Buffer;
  readonly #plan: Plan;
  readonly #columns: Omit<RowIndex, 'file' | 'line'>;
  readonly #lines: RowLines;
  #byKey: HashChains | undefined;

  constructor(plan: Plan, { file, line, ...columns }: RowIndex, keyFile: Buffer) {
    this.rows = columns.rows;
    this.outputKeyField = plan.keys.outputKeyField;
    this.isForeign = plan.keys.mode === 'foreign';
    this.repairs = Object.keys(plan.repaired) as Repair[];
    this.#plan = plan;
    this.#columns = columns;
    this.#lines = new RowLines(file, line);
    this.keyFile = keyFile;
  }

  rowOfOutputKey(key: string): number | undefined {
    if (this.#plan.keys.mode === 'staged') {
      const position = parseStagedKey(key);
      return position === undefined ? undefined : this.#lines.rowAt(position.file, position.line);
    }
    for (const row of this.#rowsByKey().rowsOf(hashOf(key))) {
      if (this.keyOf(row) === key) return row;
    }
    return undefined;
  }

  rowOfAsciiKey(bytes: Buffer, from: number, to: number): number | undefined {
    if (this.#plan.keys.mode === 'staged') return this.rowOfOutputKey(bytes.toString('latin1', from, to));
    const rows = this.#rowsByKey();
    const [high, low] = lanesOfAscii(bytes, from, to);
    let row = rows.firstOf(high, low);
    while (row !== NO_ROW && !this.#hasKey(row, bytes, from, to)) row = rows.nextOf(row);
    return row === NO_ROW ? undefined : row;
  }

  keyOf(row: number): string {
    const length = at(this.#columns.keyLength, row);
    // a row that was taken out may lack what all others have
    if (this.#plan.keys.field === null || length === 0)
      return positionKey(this.#lines.fileOf(row), this.#lines.lineOf(row));
    return this.keyFile.toString('utf8', this.keyFrom(row), this.keyTo(row));
  }

  sourceOf(row: number): RowSource {
    return { uri: this.#sourceFile(row).uri, line: this.#lines.lineOf(row) };
  }

  metadataOf(row: number): Readonly<Record<string, unknown>> | undefined {
    const from = this.keyTo(row);
    const to = this.metadataTo(row);
    if (from === to) return {};
    const text = this.keyFile.toString('utf8', from, to);
    return text === METADATA_IN_INPUT ? undefined : (JSON.parse(text) as Record<string, unknown>);
  }

  locationOf(row: number): RowLocation {
    const { uri, generation, size, crc32c } = this.#sourceFile(row);
    const from = at(this.#columns.byte, row);
    return { uri, generation, size, crc32c, from, to: from + at(this.#columns.length, row) };
  }

  keyFrom(row: number): number {
    return at(this.#columns.keyOffset, row);
  }

  keyTo(row: number): number {
    return this.keyFrom(row) + at(this.#columns.keyLength, row);
  }

  metadataTo(row: number): number {
    return row + 1 < this.rows ? this.keyFrom(row + 1) : this.keyFile.length;
  }

  #rowsByKey(): HashChains {
    return (this.#byKey ??= HashChains.of(this.#columns.keyHash));
  }

  #hasKey(row: number, bytes: Buffer, from: number, to: number): boolean {
    const start = this.#columns.keyOffset[row]!;
    if (this.#columns.keyLength[row]! !== to - from) return false;
    for (let offset = 0; offset < to - from; offset += 1) {
      if (this.keyFile[start + offset] !== bytes[from + offset]) return false;
    }
    return true;
  }

  #sourceFile(row: number) {
    const file = this.#plan.sources[this.#lines.fileOf(row)];
    if (file === undefined) throw new RangeError(`Row ${row} points to a file that the plan doesn't have`);
    return file;
  }
}

function at(column: Uint32Array | Float64Array, row: number): number {
  const value = column[row];
  if (value === undefined) throw new RangeError(`Row ${row} is outside of the part's ${column.length} rows`);
  return value;
}

/** As many as a run has jobs at a time unless it says otherwise. */
const KEPT_INDEXES = 4;
const indexesOf = new WeakMap<ObjectStore, Map<string, Promise<PartIndex>>>();

/** The index of a part, numbered from 1. Several activities of a worker share one copy; the last few are kept. */
export function loadPartIndex(store: ObjectStore, plan: Plan, part: number): Promise<PartIndex> {
  const planned = partOf(plan, part);
  const indexes = indexesOf.get(store) ?? new Map<string, Promise<PartIndex>>();
  indexesOf.set(store, indexes);
  const uri = planned.index.uri;
  const loading = indexes.get(uri) ?? readPartIndex(store, plan, planned);
  indexes.delete(uri);
  indexes.set(uri, loading);
  for (const oldest of indexes.keys()) {
    if (indexes.size <= KEPT_INDEXES) break;
    indexes.delete(oldest);
  }
  loading.catch(() => {
    if (indexes.get(uri) === loading) indexes.delete(uri);
  });
  return loading;
}

async function readPartIndex(store: ObjectStore, plan: Plan, part: PlanPart): Promise<PartIndex> {
  const keys = Buffer.alloc(part.keyFile.bytes);
  const [columns] = await Promise.all([readRowIndex(store, part.index), readInto(store, part.keyFile, [keys])]);
  const loaded = new StoredPartIndex(plan, columns, keys);
  for (const { buffer } of [columns.file, columns.line]) giveBack(new Uint8Array(buffer));
  return loaded;
}
