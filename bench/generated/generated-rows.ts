import { SeededRandom } from '../../src/emulator/seeded-random';
import { Prose } from './prose';
import { inSnakeCase, requestAround, type RequestChoices } from './generated-request';

/** Of a row's size, log-normal: half the rows have fewer bytes, one in a hundred more than 5.6 times as many. */
const MEDIAN_ROW_BYTES = 4100;
const SIZE_SPREAD = 0.745;
const SMALLEST_TEXT_BYTES = 20;

const INTERNATIONAL_SHARE = 0.42;
const ESCAPED_SHARE = 0.08;
const SNAKE_CASE_SHARE = 0.3;

/** One row in so many carries an image. */
const ROWS_PER_IMAGE = 2000;
/** 1,000,000 characters of base64. */
const IMAGE_BYTES = 750_000;

export interface GeneratedRowsOptions {
  readonly rows: number;
  readonly seed: number;
}

/**
 * Lines of valid requests as people send them, 5.9 KB each on average; the same for the same seed, and with fewer rows
 * the beginning of those with more. Both spellings stand in one input, which validation only warns about.
 */
export function* generatedRows({ rows, seed }: GeneratedRowsOptions): Generator<string> {
  const source = new RowSource(seed);
  for (let row = 0; row < rows; row += 1) yield source.line(row);
}

class RowSource {
  readonly #random: SeededRandom;
  readonly #english: Prose;
  readonly #international: Prose;
  readonly #escaped: Prose;
  readonly #image: string;

  constructor(seed: number) {
    const random = new SeededRandom(seed);
    this.#random = random;
    this.#english = Prose.english(random);
    this.#international = Prose.international(random);
    this.#escaped = Prose.escaped(random);
    this.#image = base64Of(IMAGE_BYTES, random);
  }

  line(row: number): string {
    const prose = this.#prose();
    const key = `p-${row}`;
    const spelt = this.#random.next() < SNAKE_CASE_SHARE ? inSnakeCase : (request: object) => request;
    const choices = this.#choices(row);
    const wanted = this.#rowBytes();
    const lineOf = (request: object) => `${prose.lineOf({ key, request: spelt(request) })}\n`;
    const structureBytes = Buffer.byteLength(lineOf(requestAround(() => '', choices)));
    const textBytes = Math.max(SMALLEST_TEXT_BYTES, wanted + (choices.image?.length ?? 0) - structureBytes);
    return lineOf(requestAround((share) => prose.take(share * textBytes, this.#random), choices));
  }

  #prose(): Prose {
    const chance = this.#random.next();
    if (chance < INTERNATIONAL_SHARE) return this.#international;
    return chance < INTERNATIONAL_SHARE + ESCAPED_SHARE ? this.#escaped : this.#english;
  }

  #choices(row: number): RequestChoices {
    const random = this.#random;
    return {
      image: row % ROWS_PER_IMAGE === ROWS_PER_IMAGE / 2 ? this.#takeImage() : undefined,
      hasInstruction: random.next() < 0.7,
      isConversation: random.next() < 0.25,
      hasDocument: random.next() < 0.1,
      hasTools: random.next() < 0.12,
      hasSafetySettings: random.next() < 0.3,
      temperature: random.below(11) / 10,
      maxOutputTokens: 256 * (1 + random.below(32)),
    };
  }

  /** The same image, beginning elsewhere each time. */
  #takeImage(): string {
    const from = this.#random.below(this.#image.length);
    return this.#image.slice(from) + this.#image.slice(0, from);
  }

  /** The Box–Muller transform makes a normal deviate of two even ones. */
  #rowBytes(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.#random.next()));
    const deviate = radius * Math.cos(2 * Math.PI * this.#random.next());
    return MEDIAN_ROW_BYTES * Math.exp(SIZE_SPREAD * deviate);
  }
}

function base64Of(bytes: number, random: SeededRandom): string {
  const content = Buffer.alloc(bytes);
  for (let position = 0; position < bytes; position += 4) content.writeUInt32LE(random.below(2 ** 32), position);
  return content.toString('base64');
}
