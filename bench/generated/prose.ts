import type { SeededRandom } from '../../src/emulator/seeded-random';

const POOL_CHARACTERS = 60_000;

const ENGLISH =
  'the report of this quarter shows that customers ask for shorter answers and clearer reasons while prices rise slowly "as expected" in most regions but delivery times differ between warehouses';
const INTERNATIONAL =
  'the order from Zürich über größere Änderungen naïve façade señor mañana déjà Łódź žluťoučký kůň coração 東京 会議 報告 要約 Привет отчёт заказ 🙂 📦 and then of the next';

/** Text of one kind, from which pieces of a wanted size are cut. */
export class Prose {
  /** How a row with this text is written. */
  readonly lineOf: (row: unknown) => string;
  readonly #text: string;
  readonly #bytesOfCharacter: number;

  private constructor(words: string, random: SeededRandom, lineOf: (row: unknown) => string) {
    this.lineOf = lineOf;
    this.#text = textOf(words.split(' '), random);
    this.#bytesOfCharacter = Buffer.byteLength(lineOf(this.#text)) / this.#text.length;
  }

  static english(random: SeededRandom): Prose {
    return new Prose(ENGLISH, random, JSON.stringify);
  }

  /** Several scripts and emoji. */
  static international(random: SeededRandom): Prose {
    return new Prose(INTERNATIONAL, random, JSON.stringify);
  }

  /** The same with `\uXXXX` for everything beyond ASCII, as Python writes it. */
  static escaped(random: SeededRandom): Prose {
    return new Prose(INTERNATIONAL, random, asciiJson);
  }

  /** A piece that takes about so many bytes in a line. */
  take(bytes: number, random: SeededRandom): string {
    const pieces: string[] = [];
    for (let missing = Math.max(1, Math.round(bytes / this.#bytesOfCharacter)); missing > 0;) {
      const from = random.below(this.#text.length);
      const piece = this.#text.slice(behindPair(this.#text, from), behindPair(this.#text, from + missing));
      pieces.push(piece);
      missing -= piece.length;
    }
    return pieces.join('');
  }
}

/** The position, or the next one where it falls into a surrogate pair. */
function behindPair(text: string, position: number): number {
  const isInPair = (text.charCodeAt(position) & 0xfc00) === 0xdc00;
  return isInPair ? position + 1 : position;
}

function textOf(words: readonly string[], random: SeededRandom): string {
  const pieces: string[] = [];
  let length = 0;
  for (let count = 1; length < POOL_CHARACTERS; count += 1) {
    const end = count % 90 === 0 ? '.\n\n' : count % 14 === 0 ? '. ' : ' ';
    const piece = `${words[random.below(words.length)]}${end}`;
    pieces.push(piece);
    length += piece.length;
  }
  return pieces.join('');
}

function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
