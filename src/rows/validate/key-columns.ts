import { rowKeyOf } from '../../domain/validation-keys';
import { Hash64 } from '../hash64';
import type { RangePlace, RowSink } from '../range-validator';
import { Column, type ColumnFile, type StoredColumn } from './column';
import { type RowPlaces, RowPlacesNoted } from './row-places';

/** Keys of a range's sound rows by their hashes, and where the rows stand. Plain data, so that a thread can hand it over. */
export interface RangeKeys {
  readonly places: RowPlaces;
  /** Two words a row, for each field that every row of the range has a key in. */
  readonly hashes: Readonly<Record<string, StoredColumn<Uint32Array>>>;
  /** For each field, the first row whose key looks like a number. */
  readonly numeric: Readonly<Record<string, number>>;
}

/** Keeps some 4 bytes of a row, and 8 more for each field that may identify it; of many rows in files, where there is a place for them. */
export class KeySink implements RowSink {
  readonly keyed: Record<string, number>;
  readonly #hash = new Hash64();
  readonly #places: RowPlacesNoted;
  readonly #hashes: Map<string, Column<Uint32Array>>;
  readonly #numeric: Record<string, number> = {};
  #rows = 0;

  /** @param fileOf the file of a column, by its name; null for none */
  constructor(keyFields: readonly string[], fileOf: (column: string) => ColumnFile | null = () => null) {
    this.keyed = Object.fromEntries(keyFields.map((field) => [field, 0]));
    this.#places = new RowPlacesNoted(fileOf);
    this.#hashes = new Map(
      keyFields.map((field, ordinal) => [field, new Column(Uint32Array, fileOf(`key${ordinal}`))]),
    );
  }

  sound(place: RangePlace, others: Readonly<Record<string, unknown>>): void {
    this.#places.push(place);
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
      places: this.#places.places(),
      hashes: Object.fromEntries([...this.#hashes].map(([field, column]) => [field, column.stored()])),
      numeric: this.#numeric,
    };
  }
}
