/** Compares as the UTF-8 bytes do; `<` compares UTF-16 units and puts astral characters before U+E000–U+FFFF. */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const leftUnit = left.charCodeAt(index);
    const rightUnit = right.charCodeAt(index);
    if (leftUnit !== rightUnit) return byteOrder(leftUnit) - byteOrder(rightUnit);
  }
  return left.length - right.length;
}

function byteOrder(unit: number): number {
  const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
  return isSurrogate ? unit + 0x10000 : unit;
}

/** A set of names in the order of their UTF-8 bytes. */
export class SortedNames {
  readonly #names: string[] = [];

  add(name: string): void {
    const position = this.#positionOf(name);
    if (this.#names[position] !== name) this.#names.splice(position, 0, name);
  }

  delete(name: string): void {
    const position = this.#positionOf(name);
    if (this.#names[position] === name) this.#names.splice(position, 1);
  }

  /** As they stand at this moment. */
  withPrefix(prefix: string): string[] {
    const first = this.#positionOf(prefix);
    for (let index = first; index < this.#names.length; index += 1) {
      if (!this.#names[index]!.startsWith(prefix)) return this.#names.slice(first, index);
    }
    return this.#names.slice(first);
  }

  #positionOf(name: string): number {
    let low = 0;
    let high = this.#names.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareUtf8(this.#names[middle]!, name) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
