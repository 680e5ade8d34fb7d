const END = -1;

/** Finds rows by the hashes in a column; rows of one hash come in the reverse of the order in which they were added. */
export class HashChains {
  readonly #hashes: BigUint64Array;
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  readonly #mask: bigint;

  constructor(hashes: BigUint64Array) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, hashes.length)));
    this.#hashes = hashes;
    this.#heads = new Int32Array(slots).fill(END);
    this.#next = new Int32Array(hashes.length).fill(END);
    this.#mask = BigInt(slots - 1);
  }

  /** All rows of a column, to be found in ascending order. */
  static of(hashes: BigUint64Array): HashChains {
    const chains = new HashChains(hashes);
    for (let row = hashes.length - 1; row >= 0; row -= 1) chains.add(row);
    return chains;
  }

  add(row: number): void {
    const slot = this.#slotOf(this.#hashes[row] ?? 0n);
    this.#next[row] = this.#heads[slot] ?? END;
    this.#heads[slot] = row;
  }

  *rowsOf(hash: bigint): Generator<number, void, undefined> {
    for (let row = this.#heads[this.#slotOf(hash)] ?? END; row !== END; row = this.#next[row] ?? END) {
      if (this.#hashes[row] === hash) yield row;
    }
  }

  #slotOf(hash: bigint): number {
    return Number(hash & this.#mask);
  }
}
