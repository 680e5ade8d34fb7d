import { rowKeyOf } from '../../domain/validation-keys';
import { Hash64 } from '../hash64';
import type { RangePlace, RowSink } from '../range-validator';
import { Column } from './column';

/** Keys of a range's sound rows by their hashes, and where the rows stand. Plain data, so that a thread can hand it over. */
export interface RangeKeys {
  readonly piece: Uint32Array;
  readonly number: Uint32Array;
  readonly byte: Float64Array;
  /** Two words a row, for each field that every row of the range has a key in. */
  readonly hashes: Readonly<Record<string, Uint32Array>>;
  /** For each field, the first row whose key looks like a number. */
  readonly numeric: Readonly<Record<string, number>>;
}

/** Keeps 20 bytes of a row, and 8 more for each field that may identify it. */
export class KeySink implements RowSink {
  readonly keyed: Record<string, number>;
  readonly #hash = new Hash64();
  readonly #piece = new Column(Uint32Array);
  readonly #number = new Column(Uint32Array);
  readonly #byte = new Column(Float64Array);
  readonly #hashes: Map<string, Column<Uint32Array>>;
  readonly #numeric: Record<string, number> = {};
  #rows = 0;

  constructor(keyFields: readonly string[]) {
    this.keyed = Object.fromEntries(keyFields.map((field) => [field, 0]));
    this.#hashes = new Map(keyFields.map((field) => [field, new Column(Uint32Array)]));
  }

  sound({ piece, number, byte }: RangePlace, others: Readonly<Record<string, unknown>>): void {
    this.#piece.push(piece);
    this.#number.push(number);
    this.#byte.push(byte);
    for (const [field, column] of this.#hashes) {
      const key = Object.hasOwn(others, field) ? rowKeyOf(others[field]) : undefined;
      if (key === undefined) {
        this.#hashes.delete(field);
        continue;
      }
      this.keyed[field] = (this.keyed[field] ?? 0) + 1;
      if (!key.safe) this.#numeric[field] ??= this.#rows;
      const [first, second] = this.#hash.reset(0).text(key.text).lanes();
      column.push(first);
      column.push(second);
    }
    this.#rows += 1;
  }

  bad(): void {}

  keys(): RangeKeys {
    return {
      piece: this.#piece.values(),
      number: this.#number.values(),
      byte: this.#byte.values(),
      hashes: Object.fromEntries([...this.#hashes].map(([field, column]) => [field, column.values()])),
      numeric: this.#numeric,
    };
  }
}
