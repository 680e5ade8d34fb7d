import { isUtf8 } from 'node:buffer';
import { MAX_LINE_BYTES } from '../lines';
import { LongLine } from './long-line';
import { type ScannedLine, type Scanner, SCANNER_CAPACITY } from './scanner';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A line of JSONL: its bytes, and its JSON with the long strings left out. */
export interface SkimmedLine {
  /** From 0, in the order read. */
  readonly number: number;
  /** Offset of the first byte. */
  readonly byte: number;
  /** Bytes without the line end (LF or CR LF). */
  readonly length: number;
  /** Names of members, of all objects; 0 where there is no skeleton. */
  readonly members: number;
  readonly hasCarriageReturn: boolean;
  /** Whether a line feed follows. */
  readonly isEnded: boolean;
  /**
   * The line with a stub for each long string, as JSON; `undefined` where only its bytes can tell. A line with a skeleton is
   * valid UTF-8, and its long strings are valid. To be asked for before the next line is taken.
   */
  skeleton(): string | undefined;
  /** Its bytes, `undefined` when there are more than the bound. Valid until the next line is taken. */
  content(): Buffer | undefined;
}

export interface SkimOptions {
  /** Offset of the first byte. @default 0 */
  readonly from?: number;
  /** Lines that begin at this offset or behind it are left out. @default Infinity */
  readonly to?: number;
  /** Leave out what stands before the first line feed. @default false */
  readonly skipFirst?: boolean;
  /** Longer lines have no content. @default MAX_LINE_BYTES */
  readonly maxLineBytes?: number;
}

/** Splits the bytes of a range at each LF, as `readLines` does, and skims them on the way. Memory: the scanner's, and the longest line. */
export class LineSkimmer {
  readonly #scanner: Scanner;
  readonly #to: number;
  readonly #maxLineBytes: number;
  #skipping: boolean;
  #number = 0;
  /** Offset of what the scanner's input holds first, or of the long line. */
  #byte: number;
  #held = 0;
  #long: LongLine | undefined;
  #isDone = false;

  constructor(scanner: Scanner, { from = 0, to = Infinity, skipFirst = false, maxLineBytes }: SkimOptions = {}) {
    this.#scanner = scanner;
    this.#byte = from;
    this.#to = to;
    this.#skipping = skipFirst;
    this.#maxLineBytes = maxLineBytes ?? MAX_LINE_BYTES;
  }

  /** All lines that begin before `to` were given; what follows need not be read. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** The lines that end in these bytes, which follow those given before. */
  *add(chunk: Buffer): Generator<SkimmedLine, void, undefined> {
    let rest = this.#skipping ? this.#skip(chunk) : chunk;
    while (rest.length > 0 && !this.#isDone) {
      if (this.#long !== undefined) {
        const end = rest.indexOf(LINE_FEED);
        this.#long.add(end === -1 ? rest : rest.subarray(0, end));
        rest = end === -1 ? rest.subarray(rest.length) : rest.subarray(end + 1);
        if (end !== -1) yield* this.#endLong(this.#long, true);
      } else {
        const piece = rest.subarray(0, SCANNER_CAPACITY - this.#held);
        rest = rest.subarray(piece.length);
        yield* this.#hold(piece);
      }
    }
  }

  /** The last line, where no line feed ends it. */
  *end(): Generator<SkimmedLine, void, undefined> {
    if (this.#isDone || this.#skipping) return;
    if (this.#long !== undefined) yield* this.#endLong(this.#long, false);
    else if (this.#held > 0) yield* this.#scan(this.#held, false);
    this.#held = 0;
  }

  #skip(chunk: Buffer): Buffer {
    const end = chunk.indexOf(LINE_FEED);
    this.#skipping = end === -1;
    const rest = end === -1 ? chunk.subarray(chunk.length) : chunk.subarray(end + 1);
    this.#byte += chunk.length - rest.length;
    this.#isDone = this.#byte >= this.#to;
    return rest;
  }

  *#hold(piece: Buffer): Generator<SkimmedLine, void, undefined> {
    const { input } = this.#scanner;
    piece.copy(input, this.#held);
    const lastEnd = piece.lastIndexOf(LINE_FEED);
    const whole = lastEnd === -1 ? 0 : this.#held + lastEnd + 1;
    this.#held += piece.length;
    if (whole > 0) {
      yield* this.#scan(whole, true);
      input.copyWithin(0, whole, this.#held);
      this.#held -= whole;
      this.#byte += whole;
      this.#isDone ||= this.#byte >= this.#to;
    } else if (this.#held === SCANNER_CAPACITY) {
      this.#long = new LongLine(this.#maxLineBytes);
      this.#long.add(Buffer.from(input));
      this.#held = 0;
    }
  }

  *#scan(length: number, isEnded: boolean): Generator<SkimmedLine, void, undefined> {
    const { input } = this.#scanner;
    const areValid = isUtf8(input.subarray(0, length));
    for (const line of this.#scanner.scan(length)) {
      const byte = this.#byte + line.start - input.byteOffset;
      if (byte >= this.#to) {
        this.#isDone = true;
        return;
      }
      yield this.#skimmed(line, byte, isEnded, areValid);
    }
  }

  #skimmed(line: ScannedLine, byte: number, isEnded: boolean, areValid: boolean): SkimmedLine {
    const { memory } = this.#scanner;
    const { start, length, skeletonStart, skeletonLength, members, hasCarriageReturn } = line;
    const content = () => (length > this.#maxLineBytes ? undefined : memory.subarray(start, start + length));
    const skeleton = () => {
      if (line.isOdd || length > this.#maxLineBytes || !(areValid || isUtf8(memory.subarray(start, start + length))))
        return undefined;
      const end = skeletonStart + skeletonLength;
      return memory.toString(line.isAscii ? 'latin1' : 'utf8', skeletonStart, end);
    };
    return { number: this.#number++, byte, length, members, hasCarriageReturn, isEnded, skeleton, content };
  }

  *#endLong(long: LongLine, isEnded: boolean): Generator<SkimmedLine, void, undefined> {
    const hasCarriageReturn = long.lastByte === CARRIAGE_RETURN;
    const length = long.length - (hasCarriageReturn ? 1 : 0);
    const content = () => long.content()?.subarray(0, length);
    const byte = this.#byte;
    this.#byte += long.length + 1;
    this.#long = undefined;
    this.#isDone = this.#byte >= this.#to;
    const number = this.#number++;
    yield { number, byte, length, members: 0, hasCarriageReturn, isEnded, skeleton: () => undefined, content };
  }
}
