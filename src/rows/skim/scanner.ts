import { wasmModule } from '../web-assembly';
import { SCANNER_CODE } from './scanner-code';

/** What stands in a skeleton for the text of a long string. */
export const TEXT_STUB = '\u0000t';
/** What stands in a skeleton for a long string that is padded base64 in the standard alphabet. */
export const BASE64_STUB = '\u0000b';
/** Strings of more bytes than this become stubs. */
const LONGEST_KEPT_BYTES = 256;

/** Bytes that are scanned at a time, at most; longer lines are none of the scanner's. */
export const SCANNER_CAPACITY = 4 * 1024 * 1024;

const FIRST_BYTE = 1024;
/** Copies may reach a little past their end. */
const SLACK_BYTES = 64;
/** As tools/scanner/known.ts lays it out: a head, an index, entries, what is known. */
const KNOWN_BYTES = 16 + 4096 * 4 + 1024 * 12 + 524_288;
/** As tools/scanner/template.ts lays it out: numbers, hashes of texts, the template at hand, those that are known, units of texts. */
const MOST_NUMBERS = 4096;
const MOST_TEXTS = 4096;
const SCRATCH_BYTES = 65_536;
const UNITS_BYTES = 8192;
const TEMPLATE_BYTES = (MOST_NUMBERS + MOST_TEXTS) * 8 + SCRATCH_BYTES + KNOWN_BYTES + UNITS_BYTES;
/** As tools/scanner/form.ts lays it out: strings, numbers, the form at hand, those that are known. */
const MOST_LEFT_OUT = 64;
const FORM_SCRATCH_BYTES = 8192;
const FORM_BYTES = MOST_LEFT_OUT * 16 + FORM_SCRATCH_BYTES + KNOWN_BYTES;

const RECORD = 0;
const RECORD_WORDS = 15;
const SKELETON = FIRST_BYTE + SCANNER_CAPACITY + SLACK_BYTES;
const NUMBERS = SKELETON + SCANNER_CAPACITY + SLACK_BYTES;
const TEXTS = NUMBERS + MOST_NUMBERS * 8;
const SCRATCH = TEXTS + MOST_TEXTS * 8;
const FORM_STRINGS = NUMBERS + TEMPLATE_BYTES;
const FORM_NUMBERS = FORM_STRINGS + MOST_LEFT_OUT * 8;
const FORM_SCRATCH = FORM_NUMBERS + MOST_LEFT_OUT * 8;
const MEMORY_BYTES = FORM_STRINGS + FORM_BYTES;

const STUB_BYTES = 9;
const BACKSLASH = 0x5c;
const ZERO = 0x30;

const ODD = 1;
const NOT_ASCII = 2;
const CARRIAGE_RETURN = 4;

interface ScannerFunctions {
  setLongestKept(bytes: number): void;
  placeTemplates(at: number): void;
  hashTexts(yes: boolean): void;
  forgetTemplates(): void;
  learnTemplate(): number;
  placeForms(at: number): void;
  wantForms(yes: boolean): void;
  forgetForms(): void;
  learnForm(): number;
  scanLine(from: number, to: number, skeleton: number, record: number): number;
}

const newInstance = wasmModule<ScannerFunctions>(SCANNER_CODE);

/**
 * An instance of the WebAssembly scanner (tools/scanner) and its memory of 10 MB. What it says of a line holds until the next one
 * is scanned.
 */
export class Scanner {
  /** Where the bytes to scan are put. */
  readonly input: Buffer;
  /** All of its memory, in which what it says stands. */
  readonly memory: Buffer;
  readonly #record: Int32Array;
  readonly #numbers: Float64Array;
  readonly #textHashes: Uint32Array;
  /** Where strings stand that the form leaves out, with their quotes: from and to of each, in their order. */
  readonly formStrings: Uint32Array;
  readonly #formNumbers: Float64Array;
  readonly #functions: ScannerFunctions;

  constructor(longestKeptBytes = LONGEST_KEPT_BYTES) {
    const { functions, memory } = newInstance(MEMORY_BYTES);
    this.#functions = functions;
    this.#functions.setLongestKept(longestKeptBytes);
    this.#functions.placeTemplates(NUMBERS);
    this.#functions.placeForms(FORM_STRINGS);
    this.memory = Buffer.from(memory);
    this.#record = new Int32Array(memory, RECORD, RECORD_WORDS);
    this.#numbers = new Float64Array(memory, NUMBERS, MOST_NUMBERS);
    this.#textHashes = new Uint32Array(memory, TEXTS, MOST_TEXTS * 2);
    this.formStrings = new Uint32Array(memory, FORM_STRINGS, MOST_LEFT_OUT * 2);
    this.#formNumbers = new Float64Array(memory, FORM_NUMBERS, MOST_LEFT_OUT);
    this.input = this.memory.subarray(FIRST_BYTE, FIRST_BYTE + SCANNER_CAPACITY);
  }

  /** Scans the line that begins at `from` in the input and may end at `to` without a line feed; where the next one begins. */
  scanLine(from: number, to: number): number {
    return this.#functions.scanLine(FIRST_BYTE + from, FIRST_BYTE + to, SKELETON, RECORD) - FIRST_BYTE;
  }

  /** Bytes without the line end (LF or CR LF). */
  get length(): number {
    return this.#record[0]!;
  }

  /** The line with stubs for its long strings, and a 0 for a request whose template is known. */
  get skeleton(): string {
    return this.memory.toString(this.#encoding, SKELETON, SKELETON + this.#record[1]!);
  }

  /** Names of members in the skeleton, of all objects. */
  get members(): number {
    return this.#record[2]!;
  }

  /** Control bytes, broken escapes, half pairs or NULs in strings, a string without end: the skeleton says nothing. */
  get isOdd(): boolean {
    return (this.#flags & ODD) !== 0;
  }

  get hasCarriageReturn(): boolean {
    return (this.#flags & CARRIAGE_RETURN) !== 0;
  }

  /** Number of the request's template among those that were learned, UNKNOWN_TEMPLATE, or less where it has none. */
  get template(): number {
    return this.#record[4]!;
  }

  /** What the template leaves out of numbers; their memory is the next line's, too. */
  get numbers(): Float64Array {
    return this.#numbers;
  }

  /** Two words for each text that the template leaves out, as `Hash64` gives them, where {@link hashTexts} asked for them. */
  get textHashes(): Uint32Array {
    return this.#textHashes;
  }

  /** The template of a request whose is unknown; its members, of all objects. */
  get newTemplate(): { readonly text: string; readonly members: number; readonly numbers: number } {
    const text = this.memory.toString('utf8', SCRATCH, SCRATCH + this.#record[6]!);
    return { text, members: this.#record[7]!, numbers: this.#record[5]! };
  }

  /** Members of the row itself, those that repeat a name among them. */
  get rowMembers(): number {
    return this.#record[9]!;
  }

  /** Strings outside of the request that have a stub in the skeleton. */
  get stubs(): number {
    return this.#record[10]!;
  }

  /** The string of the last such stub as it stands in the input, with its quotes. */
  get lastLeftOut(): Buffer {
    return this.memory.subarray(this.#record[11], this.#record[12]);
  }

  /** Whether to hash the texts that templates leave out. */
  hashTexts(yes: boolean): void {
    this.#functions.hashTexts(yes);
  }

  /** UTF-8 of all strings that are values in the request, but those of members named `data`, which hold media. */
  get textBytes(): number {
    return this.#record[8]!;
  }

  /** Takes the new template in. @returns its number, or UNKNOWN_TEMPLATE where there is no room for more */
  learnTemplate(): number {
    return this.#functions.learnTemplate();
  }

  /** Templates were learned for what is over now. */
  forgetTemplates(): void {
    this.#functions.forgetTemplates();
  }

  /** Whether to tell {@link form}. */
  wantForms(yes: boolean): void {
    this.#functions.wantForms(yes);
  }

  /** Number of the row's form among those that were learned, UNKNOWN_FORM, or less where it has none. */
  get form(): number {
    return this.#record[13]!;
  }

  /** The form of a row whose is unknown, with a marker for each string and number that it leaves out. */
  get newForm(): string {
    return this.memory.toString('utf8', FORM_SCRATCH, FORM_SCRATCH + this.#record[14]!);
  }

  /** Numbers that the form leaves out, in their order, NaN for those to parse; their memory is the next row's, too. */
  get formNumbers(): Float64Array {
    return this.#formNumbers;
  }

  /** Bytes of the string of that place among those that the form leaves out, as it stands in the skeleton, without its quotes. */
  formStringBytes(place: number): number {
    return this.formStrings[2 * place + 1]! - this.formStrings[2 * place]! - 2;
  }

  /** That string; `undefined` where it has escapes. */
  formString(place: number): string | undefined {
    const text = this.memory.toString(
      this.#encoding,
      this.formStrings[2 * place]! + 1,
      this.formStrings[2 * place + 1]! - 1,
    );
    return text.includes('\\') ? undefined : text;
  }

  /**
   * Where that string stands in memory, with its quotes and escapes as in the input; from -1 where another long one was left out
   * outside of the request.
   */
  formTextFrom(place: number): number {
    const isStub = this.#isStub(place);
    if (this.stubs !== (isStub ? 1 : 0)) return -1;
    return isStub ? this.#record[11]! : this.formStrings[2 * place]!;
  }

  formTextTo(place: number): number {
    return this.#isStub(place) ? this.#record[12]! : this.formStrings[2 * place + 1]!;
  }

  /** No string that isn't odd has an escaped NUL. */
  #isStub(place: number): boolean {
    const from = this.formStrings[2 * place]!;
    if (this.formStrings[2 * place + 1]! - from !== STUB_BYTES || this.memory[from + 1] !== BACKSLASH) return false;
    for (let digit = 3; digit < 7; digit += 1) if (this.memory[from + digit] !== ZERO) return false;
    return true;
  }

  /** Takes the new form in. @returns its number, or UNKNOWN_FORM where there is no room for more */
  learnForm(): number {
    return this.#functions.learnForm();
  }

  /** Forms were learned for what is over now. */
  forgetForms(): void {
    this.#functions.forgetForms();
  }

  /** Of the skeleton, the faster one where it may be. */
  get #encoding(): 'latin1' | 'utf8' {
    return (this.#flags & NOT_ASCII) === 0 ? 'latin1' : 'utf8';
  }

  get #flags(): number {
    return this.#record[3]!;
  }
}

/** Says of a row that its request's template isn't known. */
export const UNKNOWN_TEMPLATE = -1;
/** Says of a row that its form isn't known. */
export const UNKNOWN_FORM = -1;
