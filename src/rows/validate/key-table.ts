/** Finds equal hashes of 64 bits among rows that are added one by one: open addressing over the rows' numbers. */
export class KeyTable {
  readonly #hashes: Uint32Array;
  readonly #slots: Int32Array;
  readonly #mask: number;
  #rows = 0;

  constructor(rows: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, rows * 1.5)));
    this.#hashes = new Uint32Array(rows * 2);
    this.#slots = new Int32Array(slots).fill(-1);
    this.#mask = slots - 1;
  }

  /** The number of the first row with that hash, `undefined` when this one is the first. */
  add(first: number, second: number): number | undefined {
    const row = this.#rows++;
    this.#hashes[row * 2] = first;
    this.#hashes[row * 2 + 1] = second;
    let slot = second & this.#mask;
    for (let held = this.#slots[slot]!; held !== -1; held = this.#slots[slot]!) {
      if (this.#hashes[held * 2] === first && this.#hashes[held * 2 + 1] === second) return held;
      slot = (slot + 1) & this.#mask;
    }
    this.#slots[slot] = row;
    return undefined;
  }
}
