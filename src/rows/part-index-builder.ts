import { rowKeyOf } from '../domain/validation-keys';
import { HashChains } from './hash-chains';
import { hashOf } from './hash64';
import type { PlacedRow } from './merged-validation';
import { METADATA_IN_INPUT } from './part-index-stored';
import { MAX_METADATA_BYTES } from './facts-sink';
import { emptyRowIndex, firstRows, type RowIndex } from './row-index';

/** Metadata that an index keeps for quick use; beyond it they are read from the input. */
const MAX_KEPT_METADATA_BYTES = 64 * 1024 * 1024;

/** Makes the index and the key file of a part from its rows, in input order. */
export class PartIndexBuilder {
  /** Whether all keys are strings that the service's import leaves alone. */
  keysAreSafe = true;
  readonly #keyField: string | null;
  readonly #index: RowIndex;
  readonly #indexBytes: Buffer;
  readonly #byKey: HashChains;
  #keys = Buffer.alloc(65_536);
  #keysLength = 0;
  #metadataLength = 0;
  #rows = 0;

  /** @param capacity rows that may come */
  constructor(capacity: number, keyField: string | null) {
    const { index, bytes } = emptyRowIndex(capacity);
    this.#index = index;
    this.#indexBytes = bytes;
    this.#keyField = keyField;
    this.#byKey = new HashChains(index.keyHash);
  }

  /** The number of a row, and the earlier sound row that has the same key, if there is one. */
  add(row: PlacedRow): { readonly number: number; readonly earlier: number | undefined } {
    const position = this.#rows++;
    const isSound = row.problem === null;
    const key = this.#keyField === null ? undefined : rowKeyOf(row.others[this.#keyField]);
    if (isSound) this.keysAreSafe &&= key?.safe === true;
    this.#index.byte[position] = row.byte;
    this.#index.file[position] = row.file;
    this.#index.line[position] = row.line;
    this.#index.length[position] = row.length;
    this.#index.keyOffset[position] = this.#keysLength;
    this.#index.keyLength[position] = this.#append(key?.text ?? '');
    this.#metadataLength += this.#append(this.#metadataOf(row));
    const earlier = isSound && key !== undefined ? this.#findOrAdd(position, key.text) : undefined;
    return { number: position, earlier };
  }

  /** Where a row that was added stands. */
  positionOf(row: number): { readonly file: number; readonly line: number; readonly byte: number } {
    const { file, line, byte } = this.#index;
    return { file: file[row] ?? 0, line: line[row] ?? 0, byte: byte[row] ?? 0 };
  }

  get rows(): number {
    return this.#rows;
  }

  /** Contents of the two files. */
  build(): { readonly index: Buffer; readonly keyFile: Buffer } {
    const index = this.#rows === this.#index.rows ? this.#indexBytes : firstRows(this.#index, this.#rows);
    return { index, keyFile: this.#keys.subarray(0, this.#keysLength) };
  }

  #findOrAdd(position: number, key: string): number | undefined {
    const hash = hashOf(key);
    this.#index.keyHash[position] = hash;
    for (const earlier of this.#byKey.rowsOf(hash)) {
      if (this.#keyOf(earlier) === key) return earlier;
    }
    this.#byKey.add(position);
    return undefined;
  }

  #keyOf(row: number): string {
    const offset = this.#index.keyOffset[row] ?? 0;
    return this.#keys.toString('utf8', offset, offset + (this.#index.keyLength[row] ?? 0));
  }

  #metadataOf({ others, keysOnly, problem }: PlacedRow): string {
    // no answer ever asks for them
    if (problem !== null) return '';
    if (keysOnly || this.#metadataLength > MAX_KEPT_METADATA_BYTES) return METADATA_IN_INPUT;
    const metadata = Object.entries(others).filter(([name]) => name !== this.#keyField);
    if (metadata.length === 0) return '';
    const text = JSON.stringify(Object.fromEntries(metadata));
    return Buffer.byteLength(text) > MAX_METADATA_BYTES ? METADATA_IN_INPUT : text;
  }

  #append(text: string): number {
    const length = Buffer.byteLength(text);
    if (this.#keysLength + length > this.#keys.length) {
      const larger = Buffer.alloc(Math.max(2 * this.#keys.length, this.#keysLength + length));
      this.#keys.copy(larger, 0, 0, this.#keysLength);
      this.#keys = larger;
    }
    this.#keysLength += this.#keys.write(text, this.#keysLength, 'utf8');
    return length;
  }
}
