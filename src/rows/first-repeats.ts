/** Two rows with one key, by their numbers in the whole input. */
export interface Repeat {
  readonly at: number;
  readonly earlier: number;
}

/** Counts repeats, which come in any order, and keeps the first of them. */
export class FirstRepeats {
  count = 0;
  readonly #most: number;
  #kept: Repeat[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(repeat: Repeat): void {
    this.count += 1;
    this.#kept.push(repeat);
    if (this.#kept.length >= 2 * this.#most + 1) this.#kept = this.first();
  }

  /** In input order. */
  first(): Repeat[] {
    return this.#kept.toSorted((one, other) => one.at - other.at).slice(0, this.#most);
  }
}
