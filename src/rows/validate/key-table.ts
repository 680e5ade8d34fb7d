/** Finds equal hashes among rows that are added one by one: open addressing over the rows' numbers, 8 bytes a row. */
export class KeyTable {
  readonly #slots: Int32Array;
  readonly #isSame: (row: number, first: number, second: number) => boolean;
  #rows = 0;

  /** @param isSame whether a row that was added has the hash of these two words */
  constructor(rows: number, isSame: (row: number, first: number, second: number) => boolean) {
    this.#slots = new Int32Array(Math.max(16, rows * 2)).fill(-1);
    this.#isSame = isSame;
  }

  /** The number of the first row with that hash, `undefined` when this one is the first. */
  add(first: number, second: number): number | undefined {
    const row = this.#rows++;
    let slot = second % this.#slots.length;
    for (let held = this.#slots[slot]!; held !== -1; held = this.#slots[slot]!) {
      if (this.#isSame(held, first, second)) return held;
      slot = slot + 1 === this.#slots.length ? 0 : slot + 1;
    }
    this.#slots[slot] = row;
    return undefined;
  }
}
