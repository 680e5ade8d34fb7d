/** Instead of a row, where no other follows. */
export const NO_ROW = -1;

/** Finds rows by the hashes in a column; rows of one hash come in the reverse of the order in which they were added. */
export class HashChains {
  /** Two words a hash, the lower one first. */
  readonly #words: Int32Array;
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  readonly #mask: number;

  constructor(hashes: BigUint64Array) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, hashes.length)));
    this.#words = new Int32Array(hashes.buffer, hashes.byteOffset, 2 * hashes.length);
    this.#heads = new Int32Array(slots).fill(NO_ROW);
    this.#next = new Int32Array(hashes.length).fill(NO_ROW);
    this.#mask = slots - 1;
  }

  /** All rows of a column, to be found in ascending order. */
  static of(hashes: BigUint64Array): HashChains {
    const chains = new HashChains(hashes);
    for (let row = hashes.length - 1; row >= 0; row -= 1) chains.add(row);
    return chains;
  }

  add(row: number): void {
    const slot = this.#words[2 * row]! & this.#mask;
    this.#next[row] = this.#heads[slot]!;
    this.#heads[slot] = row;
  }

  /** The first row of a hash that is given by its words, or {@link NO_ROW}. */
  firstOf(high: number, low: number): number {
    return this.#seek(this.#heads[low & this.#mask]!, high | 0, low | 0);
  }

  /** The row of the same hash that follows another one, or {@link NO_ROW}. */
  nextOf(row: number): number {
    return this.#seek(this.#next[row]!, this.#words[2 * row + 1]!, this.#words[2 * row]!);
  }

  *rowsOf(hash: bigint): Generator<number, void, undefined> {
    const first = this.firstOf(Number(hash >> 32n), Number(hash & 0xffff_ffffn));
    for (let row = first; row !== NO_ROW; row = this.nextOf(row)) yield row;
  }

  #seek(from: number, high: number, low: number): number {
    let row = from;
    while (row !== NO_ROW && (this.#words[2 * row] !== low || this.#words[2 * row + 1] !== high))
      row = this.#next[row]!;
    return row;
  }
}
