const NOBODY = 0xffff_ffff;
/** Slots are filled to this share. */
const LOAD = 0.6;

/** The first row of each hash of 64 bits: open addressing that grows with the hashes, not with the rows that repeat them. */
export class FirstRowsByHash {
  #high: Uint32Array;
  #low: Uint32Array;
  #rows: Uint32Array;
  #size = 0;

  /** @param hashes that are expected; more find room as well */
  constructor(hashes = 0) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(1024, hashes / LOAD)));
    this.#high = new Uint32Array(slots);
    this.#low = new Uint32Array(slots);
    this.#rows = new Uint32Array(slots).fill(NOBODY);
  }

  /** Forgets all hashes, in the memory that it has. */
  clear(): void {
    this.#rows.fill(NOBODY);
    this.#size = 0;
  }

  /** The row that had this hash first; `undefined` when it is the given one. */
  add(high: number, low: number, row: number): number | undefined {
    if (this.#size >= this.#rows.length * LOAD) this.#grow();
    const slot = this.#slotOf(high, low);
    const first = this.#rows[slot]!;
    if (first !== NOBODY) return first;
    this.#set(slot, high, low, row);
    return undefined;
  }

  /** Where that hash stands, or would. */
  #slotOf(high: number, low: number): number {
    const mask = this.#rows.length - 1;
    let slot = low & mask;
    while (this.#rows[slot] !== NOBODY && (this.#low[slot] !== low || this.#high[slot] !== high)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #set(slot: number, high: number, low: number, row: number): void {
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#rows[slot] = row;
    this.#size += 1;
  }

  #grow(): void {
    const [highs, lows, rows] = [this.#high, this.#low, this.#rows];
    this.#high = new Uint32Array(rows.length * 2);
    this.#low = new Uint32Array(rows.length * 2);
    this.#rows = new Uint32Array(rows.length * 2).fill(NOBODY);
    this.#size = 0;
    rows.forEach((row, slot) => {
      if (row === NOBODY) return;
      const high = highs[slot]!;
      const low = lows[slot]!;
      this.#set(this.#slotOf(high, low), high, low, row);
    });
  }
}
