import { SeededRandom } from '../../src/emulator/seeded-random';

const CHUNK_BYTES = 512 * 1024;
const POOL_CHARACTERS = 100_003;
const KEY_DIGITS = 8;
const WORDS =
  'the report of this quarter shows that customers ask for shorter answers and clearer reasons while prices';

/** Rows of one length, so that any bytes of an object of them can be made without those before. */
export interface FixedRows {
  readonly rows: number;
  readonly bytesPerRow: number;
  /** Writes the row that stands at this place of the object. */
  write(target: Buffer, at: number, place: number): void;
}

/** Bytes [from, to) of an object. */
export function* contentOf(content: FixedRows, from: number, to: number): Generator<Buffer> {
  const { rows, bytesPerRow } = content;
  const rowsAChunk = Math.max(1, Math.floor(CHUNK_BYTES / bytesPerRow));
  const end = Math.min(to, rows * bytesPerRow);
  for (let place = Math.floor(from / bytesPerRow); place * bytesPerRow < end; place += rowsAChunk) {
    const count = Math.min(rowsAChunk, rows - place);
    const chunk = Buffer.allocUnsafe(count * bytesPerRow);
    for (let row = 0; row < count; row += 1) content.write(chunk, row * bytesPerRow, place + row);
    const start = place * bytesPerRow;
    yield chunk.subarray(Math.max(0, from - start), Math.min(chunk.length, end - start));
  }
}

/** A line with a key and a text that are another in each row. Where keys are of several lengths, the key stands last. */
export class RowTemplate {
  readonly bytes: number;
  readonly #line: Buffer;
  readonly #keyAt: number;
  readonly #keyBytes: number;
  readonly #textAt: number;
  readonly #textBytes: number;

  /** @param make the row with room for a key and a text of so many bytes */
  constructor(make: (key: string, text: string) => object, keyBytes: number, textBytes: number) {
    const [key, text] = ['?'.repeat(keyBytes), '#'.repeat(textBytes)];
    this.#line = Buffer.from(`${JSON.stringify(make(key, text))}\n`);
    this.#keyAt = this.#line.indexOf(key);
    this.#keyBytes = keyBytes;
    this.#textAt = this.#line.indexOf(text);
    this.#textBytes = textBytes;
    this.bytes = this.#line.length;
  }

  write(target: Buffer, at: number, row: number, key: string): void {
    this.#line.copy(target, at);
    const from = (row * 7_919) % (POOL_CHARACTERS - this.#textBytes);
    POOL.copy(target, at + this.#textAt, from, from + this.#textBytes);
    const keyEnd = at + this.#keyAt + target.write(key, at + this.#keyAt, 'latin1');
    if (key.length === this.#keyBytes) return;
    const rest = this.#line.subarray(this.#keyAt + this.#keyBytes, -1);
    rest.copy(target, keyEnd);
    target.fill(' ', keyEnd + rest.length, at + this.bytes - 1);
  }
}

/** The caller's key of a row. */
export function keyOf(row: number): string {
  return `p-${String(row).padStart(KEY_DIGITS, '0')}`;
}

const POOL = Buffer.from(pool(), 'latin1');

function pool(): string {
  const random = new SeededRandom(1);
  const words = WORDS.split(' ');
  let text = '';
  while (text.length < POOL_CHARACTERS) text += `${words[random.below(words.length)]} `;
  return text.slice(0, POOL_CHARACTERS);
}
