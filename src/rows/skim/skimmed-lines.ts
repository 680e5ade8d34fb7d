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
  /** Bytes in the scanner's input; those that are whole lines; those of them that were taken. */
  #held = 0;
  #whole = 0;
  #taken = 0;
  #areValid = false;
  /** What was given and isn't held yet. */
  #rest: Buffer = NOTHING;
  #long: LongLine | undefined;
  #isDone = false;

  constructor(scanner: Scanner, { from = 0, to = Infinity, skipFirst = false, maxLineBytes }: SkimOptions = {}) {
    this.#scanner = scanner;
    this.#byte = from;
    this.#to = to;
    this.#skipping = skipFirst;
    this.#maxLineBytes = maxLineBytes ?? MAX_LINE_BYTES;
  }

  /** All lines that begin before `to` were taken; what follows need not be read. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Bytes that follow those given before; {@link next} has their lines. They mustn't change before it has no more. */
  give(chunk: Buffer): void {
    this.#rest = this.#skipping ? this.#skip(chunk) : chunk;
  }

  /** The next line that ends in what was given; `undefined` when more must be given, or nothing more is wanted. */
  next(): SkimmedLine | undefined {
    for (;;) {
      if (this.#isDone) return undefined;
      if (this.#taken < this.#whole) return this.#nextHeld();
      this.#dropTaken();
      if (this.#isDone || this.#rest.length === 0) return undefined;
      if (this.#long === undefined) this.#hold();
      else if (this.#lengthen(this.#long)) return this.#endLong(this.#long, true);
    }
  }

  /** The last line, where no line feed ends it; after {@link next} has no more. */
  last(): SkimmedLine | undefined {
    if (this.#isDone || this.#skipping) return undefined;
    if (this.#long !== undefined) return this.#endLong(this.#long, false);
    if (this.#held === 0 || this.#byte >= this.#to) return undefined;
    this.#readyToScan(this.#held);
    const line = this.#scanned(0, false);
    this.#held = 0;
    this.#whole = 0;
    return line;
  }

  #skip(chunk: Buffer): Buffer {
    const end = chunk.indexOf(LINE_FEED);
    this.#skipping = end === -1;
    const rest = end === -1 ? NOTHING : chunk.subarray(end + 1);
    this.#byte += chunk.length - rest.length;
    this.#isDone = this.#byte >= this.#to;
    return rest;
  }

  #nextHeld(): SkimmedLine | undefined {
    if (this.#byte + this.#taken >= this.#to) {
      this.#isDone = true;
      return undefined;
    }
    return this.#scanned(this.#taken, true);
  }

  #scanned(start: number, isEnded: boolean): SkimmedLine {
    this.#taken = this.#scanner.scanLine(start, this.#whole);
    const position = { number: this.#number++, byte: this.#byte + start, start, isEnded, areValid: this.#areValid };
    return new ScannedLine(this.#scanner, position, this.#maxLineBytes);
  }

  #dropTaken(): void {
    if (this.#whole === 0) return;
    this.#scanner.input.copyWithin(0, this.#whole, this.#held);
    this.#held -= this.#whole;
    this.#byte += this.#whole;
    this.#whole = 0;
    this.#taken = 0;
    this.#isDone = this.#byte >= this.#to;
  }

  /** Takes as much of what was given as there is room for; a line for which there is none becomes a long one. */
  #hold(): void {
    const piece = this.#rest.subarray(0, SCANNER_CAPACITY - this.#held);
    this.#rest = this.#rest.subarray(piece.length);
    piece.copy(this.#scanner.input, this.#held);
    const lastEnd = piece.lastIndexOf(LINE_FEED);
    const whole = lastEnd === -1 ? 0 : this.#held + lastEnd + 1;
    this.#held += piece.length;
    if (whole > 0) this.#readyToScan(whole);
    else if (this.#held === SCANNER_CAPACITY) {
      this.#long = new LongLine(this.#maxLineBytes);
      this.#long.add(Buffer.from(this.#scanner.input));
      this.#held = 0;
    }
  }

  #readyToScan(whole: number): void {
    this.#whole = whole;
    this.#taken = 0;
    this.#areValid = isUtf8(this.#scanner.input.subarray(0, whole));
  }

  /** Whether the line ends in what was given. */
  #lengthen(long: LongLine): boolean {
    const end = this.#rest.indexOf(LINE_FEED);
    long.add(end === -1 ? this.#rest : this.#rest.subarray(0, end));
    this.#rest = end === -1 ? NOTHING : this.#rest.subarray(end + 1);
    return end !== -1;
  }

  #endLong(long: LongLine, isEnded: boolean): SkimmedLine {
    const hasCarriageReturn = long.lastByte === CARRIAGE_RETURN;
    const length = long.length - (hasCarriageReturn ? 1 : 0);
    const content = () => long.content()?.subarray(0, length);
    const byte = this.#byte;
    this.#byte += long.length + 1;
    this.#long = undefined;
    this.#isDone = this.#byte >= this.#to;
    return { number: this.#number++, byte, length, hasCarriageReturn, isEnded, skimmed: () => undefined, content };
  }
}

const NOTHING = Buffer.alloc(0);

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
