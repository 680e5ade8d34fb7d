/** Gives each value a number, from 0, in the order in which they come. */
export class Numbered<Value> {
  readonly values: Value[] = [];
  readonly #numbers = new Map<Value, number>();

  numberOf(value: Value): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    this.#numbers.set(value, this.values.length);
    return this.values.push(value) - 1;
  }

  at(number: number): Value {
    return this.values[number]!;
  }
}
