const FIRST_MULTIPLIER = 0x9e3779b1;
const SECOND_MULTIPLIER = 0x85ebca77;
/** Of UTF-16 units; shorter texts are read by one stream. */
const WORTH_STREAMS = 64;
/** Units that the streams take at a time, two each. */
const BLOCK_UNITS = 8;

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
    this.#first = mixed(this.#first, word);
    this.#second = fed(this.#second, this.#first);
    return this;
  }

  /** Mixes the UTF-16 units of a text in, two at a time, and their number. */
  text(text: string): this {
    let first = this.#first;
    let second = this.#second;
    const pairs = text.length & ~1;
    for (let position = 0; position < pairs; position += 2) {
      first = mixed(first, pairAt(text, position));
      second = fed(second, first);
    }
    this.#first = first;
    this.#second = second;
    if (pairs < text.length) this.word(text.charCodeAt(pairs));
    return this.word(text.length);
  }

  /**
   * The same for texts that may be long: four streams read them side by side, none of which waits for another. tools/scanner/hash-text.ts
   * gives the same of a text's bytes.
   */
  longText(text: string): this {
    if (text.length < WORTH_STREAMS) return this.text(text);
    const blocksEnd = text.length - (text.length % BLOCK_UNITS);
    let [first0, first1, first2, first3] = [this.#first, this.#first + 1, this.#first + 2, this.#first + 3];
    let [second0, second1, second2, second3] = [this.#second, this.#second, this.#second, this.#second];
    for (let at = 0; at < blocksEnd; at += BLOCK_UNITS) {
      first0 = mixed(first0, pairAt(text, at));
      first1 = mixed(first1, pairAt(text, at + 2));
      first2 = mixed(first2, pairAt(text, at + 4));
      first3 = mixed(first3, pairAt(text, at + 6));
      second0 = fed(second0, first0);
      second1 = fed(second1, first1);
      second2 = fed(second2, first2);
      second3 = fed(second3, first3);
    }
    for (const lane of [first0, first1, first2, first3, second0, second1, second2, second3]) this.word(lane);
    for (let at = blocksEnd; at < text.length; at += 1) this.word(text.charCodeAt(at));
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

function pairAt(text: string, at: number): number {
  return text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
}

function mixed(first: number, word: number): number {
  const product = Math.imul(first ^ word, FIRST_MULTIPLIER);
  return product ^ (product >>> 15);
}

function fed(second: number, first: number): number {
  const product = Math.imul(second ^ first, SECOND_MULTIPLIER);
  return (product << 13) | (product >>> 19);
}

function finish(lane: number): number {
  let bits = Math.imul(lane ^ (lane >>> 16), FIRST_MULTIPLIER);
  bits = Math.imul(bits ^ (bits >>> 13), SECOND_MULTIPLIER);
  return (bits ^ (bits >>> 16)) >>> 0;
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
