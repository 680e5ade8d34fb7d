const FIRST_MULTIPLIER = 0x9e3779b1;
const SECOND_MULTIPLIER = 0x85ebca77;

/**
 * A 64-bit hash in two 32-bit lanes that feed each other: no allocation while it runs. Not cryptographic; stored in index
 * files, so it must not change.
 */
export class Hash64 {
  #first = 0x2545f491;
  #second = 0x4f6cdd1d;

  reset(seed: number): this {
    this.#first = 0x2545f491 ^ seed;
    this.#second = 0x4f6cdd1d;
    return this;
  }

  /** Mixes one 32-bit word in. */
  word(word: number): this {
    const first = Math.imul(this.#first ^ word, FIRST_MULTIPLIER);
    this.#first = first ^ (first >>> 15);
    const second = Math.imul(this.#second ^ this.#first, SECOND_MULTIPLIER);
    this.#second = (second << 13) | (second >>> 19);
    return this;
  }

  /** Mixes the UTF-16 units of a text in, two at a time, and their number. */
  text(text: string): this {
    let first = this.#first;
    let second = this.#second;
    const pairs = text.length & ~1;
    for (let position = 0; position < pairs; position += 2) {
      first = Math.imul(first ^ (text.charCodeAt(position) | (text.charCodeAt(position + 1) << 16)), FIRST_MULTIPLIER);
      first ^= first >>> 15;
      second = Math.imul(second ^ first, SECOND_MULTIPLIER);
      second = (second << 13) | (second >>> 19);
    }
    this.#first = first;
    this.#second = second;
    if (pairs < text.length) this.word(text.charCodeAt(pairs));
    return this.word(text.length);
  }

  /** The same of a text that lies in memory as ASCII. */
  ascii(bytes: Uint8Array, from: number, to: number): this {
    const pairsEnd = to - ((to - from) & 1);
    for (let position = from; position < pairsEnd; position += 2) {
      this.word(bytes[position]! | (bytes[position + 1]! << 16));
    }
    if (pairsEnd < to) this.word(bytes[pairsEnd]!);
    return this.word(to - from);
  }

  /** The two lanes after a last mix, as unsigned 32-bit numbers. */
  lanes(): readonly [number, number] {
    const first = finish(this.#first ^ (this.#second >>> 7));
    const second = finish(this.#second ^ Math.imul(first, SECOND_MULTIPLIER));
    return [first, second];
  }

  digest(): bigint {
    const [first, second] = this.lanes();
    return (BigInt(first) << 32n) | BigInt(second);
  }
}

function finish(lane: number): number {
  let mixed = Math.imul(lane ^ (lane >>> 16), FIRST_MULTIPLIER);
  mixed = Math.imul(mixed ^ (mixed >>> 13), SECOND_MULTIPLIER);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

const textHasher = new Hash64();

/** The two lanes of the {@link hashOf} of a text that lies in memory as ASCII. */
export function lanesOfAscii(bytes: Uint8Array, from: number, to: number): readonly [number, number] {
  return textHasher.reset(0).ascii(bytes, from, to).lanes();
}

/** Hash of a text. */
export function hashOf(text: string): bigint {
  return textHasher.reset(0).text(text).digest();
}
