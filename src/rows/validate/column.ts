type Numbers = Uint32Array | Float64Array;

/** Numbers of one kind, as many as come. */
export class Column<Kind extends Numbers> {
  readonly #kind: new (length: number) => Kind;
  #values: Kind;
  #length = 0;

  constructor(kind: new (length: number) => Kind) {
    this.#kind = kind;
    this.#values = new kind(1024);
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new this.#kind(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** A copy of what has come, in memory of its own. */
  values(): Kind {
    return this.#values.slice(0, this.#length) as Kind;
  }
}
