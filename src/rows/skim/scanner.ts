import { SCANNER_CODE } from './scanner-code';

/** What the scanner says of a line; positions are in {@link Scanner.memory}. */
export interface ScannedLine {
  readonly start: number;
  /** Bytes without the line end (LF or CR LF). */
  readonly length: number;
  readonly skeletonStart: number;
  readonly skeletonLength: number;
  /** Names of members, of all objects. */
  readonly members: number;
  /** Control bytes, broken escapes, half pairs or NULs in strings, a string without end: the skeleton says nothing. */
  readonly isOdd: boolean;
  /** Whether the skeleton's bytes are all below 0x80. */
  readonly isAscii: boolean;
  readonly hasCarriageReturn: boolean;
}

/** What stands in a skeleton for the text of a long string. */
export const TEXT_STUB = '\u0000t';
/** What stands in a skeleton for a long string that is padded base64 in the standard alphabet. */
export const BASE64_STUB = '\u0000b';
/** Strings of more bytes than this become stubs. */
const LONGEST_KEPT_BYTES = 256;

/** Bytes that are scanned at a time, at most; longer lines are none of the scanner's. */
export const SCANNER_CAPACITY = 4 * 1024 * 1024;

const PAGE_BYTES = 65_536;
const FIRST_BYTE = 1024;
/** Copies may reach a little past their end. */
const SLACK_BYTES = 64;
const RECORDS = 16_384;
const WORDS_PER_RECORD = 6;
const SKELETONS = FIRST_BYTE + SCANNER_CAPACITY + SLACK_BYTES;
const RECORDS_START = SKELETONS + SCANNER_CAPACITY + SLACK_BYTES;
const MEMORY_BYTES = RECORDS_START + RECORDS * WORDS_PER_RECORD * 4;

const ODD = 1;
const NOT_ASCII = 2;
const CARRIAGE_RETURN = 4;

interface ScannerExports {
  readonly consumed: { readonly value: number };
  setLongestKept(bytes: number): void;
  scan(from: number, to: number, skeletons: number, records: number, mostRecords: number): number;
}

interface ScannerMemory {
  readonly buffer: ArrayBuffer;
}

// Node's types name WebAssembly without saying what it has.
const { Memory, Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyOfNode }).WebAssembly;

interface WebAssemblyOfNode {
  readonly Memory: new (size: { readonly initial: number }) => ScannerMemory;
  readonly Module: new (code: Buffer) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: ScannerMemory } },
  ) => { readonly exports: ScannerExports };
}

let compiled: object | undefined;

/** An instance of the WebAssembly scanner (tools/scanner/skim.ts) and its memory of 9 MB. */
export class Scanner {
  /** All of its memory. */
  readonly memory: Buffer;
  /** Where the bytes to scan are put. */
  readonly input: Buffer;
  readonly #records: Int32Array;
  readonly #exports: ScannerExports;

  constructor(longestKeptBytes = LONGEST_KEPT_BYTES) {
    const memory = new Memory({ initial: Math.ceil(MEMORY_BYTES / PAGE_BYTES) });
    compiled ??= new Module(Buffer.from(SCANNER_CODE, 'base64'));
    const instance = new Instance(compiled, { env: { memory } });
    this.#exports = instance.exports;
    this.#exports.setLongestKept(longestKeptBytes);
    this.memory = Buffer.from(memory.buffer);
    this.input = this.memory.subarray(FIRST_BYTE, FIRST_BYTE + SCANNER_CAPACITY);
    this.#records = new Int32Array(memory.buffer, RECORDS_START, RECORDS * WORDS_PER_RECORD);
  }

  /** The lines in the first `length` bytes of the input; the last may have no line end. */
  *scan(length: number): Generator<ScannedLine, void, undefined> {
    const end = FIRST_BYTE + length;
    let from = FIRST_BYTE;
    while (from < end) {
      const lines = this.#exports.scan(from, end, SKELETONS, RECORDS_START, RECORDS);
      from = this.#exports.consumed.value;
      for (let line = 0; line < lines; line += 1) yield this.#record(line);
    }
  }

  #record(line: number): ScannedLine {
    const at = line * WORDS_PER_RECORD;
    const flags = this.#records[at + 5]!;
    return {
      start: this.#records[at]!,
      length: this.#records[at + 1]!,
      skeletonStart: this.#records[at + 2]!,
      skeletonLength: this.#records[at + 3]!,
      members: this.#records[at + 4]!,
      isOdd: (flags & ODD) !== 0,
      isAscii: (flags & NOT_ASCII) === 0,
      hasCarriageReturn: (flags & CARRIAGE_RETURN) !== 0,
    };
  }
}
