import { isUtf8 } from 'node:buffer';
import { MAX_LINE_BYTES } from '../lines';
import { LongLine } from './long-line';
import { type Scanner, SCANNER_CAPACITY } from './scanner';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A line of JSONL: its bytes, and its JSON with the long strings left out. Valid until the next line is taken. */
export interface SkimmedLine {
  /** From 0, in the order read. */
  readonly number: number;
  /** Offset of the first byte. */
  readonly byte: number;
  /** Bytes without the line end (LF or CR LF). */
  readonly length: number;
  readonly hasCarriageReturn: boolean;
  /** Whether a line feed follows. */
  readonly isEnded: boolean;
  /**
   * What the scanner says of it; `undefined` where only its bytes can tell. A line that has a skeleton is valid UTF-8, and its long
   * strings are valid.
   */
  skimmed(): Scanner | undefined;
  /** Its bytes, `undefined` when there are more than the bound. */
  content(): Buffer | undefined;
}

/** Takes the lines as they come. */
export type TakeLine = (line: SkimmedLine) => void;

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

  /** Gives the lines that end in these bytes, which follow those given before. */
  add(chunk: Buffer, take: TakeLine): void {
    let rest = this.#skipping ? this.#skip(chunk) : chunk;
    while (rest.length > 0 && !this.#isDone) {
      if (this.#long !== undefined) {
        const end = rest.indexOf(LINE_FEED);
        this.#long.add(end === -1 ? rest : rest.subarray(0, end));
        rest = end === -1 ? rest.subarray(rest.length) : rest.subarray(end + 1);
        if (end !== -1) this.#endLong(this.#long, true, take);
      } else {
        const piece = rest.subarray(0, SCANNER_CAPACITY - this.#held);
        rest = rest.subarray(piece.length);
        this.#hold(piece, take);
      }
    }
  }

  /** Gives the last line, where no line feed ends it. */
  end(take: TakeLine): void {
    if (this.#isDone || this.#skipping) return;
    if (this.#long !== undefined) this.#endLong(this.#long, false, take);
    else if (this.#held > 0) this.#scan(this.#held, false, take);
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

  #hold(piece: Buffer, take: TakeLine): void {
    const { input } = this.#scanner;
    piece.copy(input, this.#held);
    const lastEnd = piece.lastIndexOf(LINE_FEED);
    const whole = lastEnd === -1 ? 0 : this.#held + lastEnd + 1;
    this.#held += piece.length;
    if (whole > 0) {
      this.#scan(whole, true, take);
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

  /** The lines in the first bytes of the scanner's input. */
  #scan(length: number, isEnded: boolean, take: TakeLine): void {
    const scanner = this.#scanner;
    const areValid = isUtf8(scanner.input.subarray(0, length));
    for (let start = 0; start < length;) {
      const byte = this.#byte + start;
      if (byte >= this.#to) {
        this.#isDone = true;
        return;
      }
      const next = scanner.scanLine(start, length);
      take(new ScannedLine(scanner, { number: this.#number++, byte, start, isEnded, areValid }, this.#maxLineBytes));
      start = next;
    }
  }

  #endLong(long: LongLine, isEnded: boolean, take: TakeLine): void {
    const hasCarriageReturn = long.lastByte === CARRIAGE_RETURN;
    const length = long.length - (hasCarriageReturn ? 1 : 0);
    const content = () => long.content()?.subarray(0, length);
    const byte = this.#byte;
    this.#byte += long.length + 1;
    this.#long = undefined;
    this.#isDone = this.#byte >= this.#to;
    take({ number: this.#number++, byte, length, hasCarriageReturn, isEnded, skimmed: () => undefined, content });
  }
}

interface LinePosition {
  readonly number: number;
  readonly byte: number;
  /** In the scanner's input. */
  readonly start: number;
  readonly isEnded: boolean;
  /** The bytes around it are valid UTF-8. */
  readonly areValid: boolean;
}

/** A line that lies in the scanner's input. */
class ScannedLine implements SkimmedLine {
  readonly number: number;
  readonly byte: number;
  readonly length: number;
  readonly isEnded: boolean;
  readonly #scanner: Scanner;
  readonly #start: number;
  readonly #areValid: boolean;
  readonly #isTooLong: boolean;

  constructor(scanner: Scanner, { number, byte, start, isEnded, areValid }: LinePosition, maxLineBytes: number) {
    this.number = number;
    this.byte = byte;
    this.length = scanner.length;
    this.isEnded = isEnded;
    this.#scanner = scanner;
    this.#start = start;
    this.#areValid = areValid;
    this.#isTooLong = this.length > maxLineBytes;
  }

  get hasCarriageReturn(): boolean {
    return this.#scanner.hasCarriageReturn;
  }

  skimmed(): Scanner | undefined {
    if (this.#isTooLong || this.#scanner.isOdd) return undefined;
    return this.#areValid || isUtf8(this.#bytes) ? this.#scanner : undefined;
  }

  content(): Buffer | undefined {
    return this.#isTooLong ? undefined : this.#bytes;
  }

  get #bytes(): Buffer {
    return this.#scanner.input.subarray(this.#start, this.#start + this.length);
  }
}
