import { TABLE_PAGE_CODE } from './table-page-code';
import { PAGE_BYTES, wasmModule } from '../rows/web-assembly';
import { jsonOf, type ColumnJson } from '../schemas/table-line';
import type { TableColumn, TableLines } from './table-store';

/** Bytes of a page that are held at most; a row of more is none of the scanner's. */
const INPUT_BYTES = 2 * 1024 * 1024;
/** Rows are looked for when so much has come, or as much again as was looked at in vain. */
const WORTH_SCANNING_BYTES = 256 * 1024;

const RECORD = 0;
const RECORD_WORDS = 3;
/** Behind the nesting, which tools/scanner/json.ts places. */
const COLUMNS = 4096;
const COLUMN_WORDS = 3;
const INPUT = PAGE_BYTES;
const OUTPUT = INPUT + INPUT_BYTES + 64;
const OUTPUT_BYTES = 2 * INPUT_BYTES;
const MEMORY_BYTES = OUTPUT + OUTPUT_BYTES;

const FULL = 1;
const ODD = 2;
const ENDED = 3;

/** As tools/scanner/page.ts numbers them. */
const KINDS: Readonly<Record<ColumnJson, number>> = { text: 0, json: 1, integer: 2, float: 3, boolean: 4 };

interface PageFunctions {
  beginPage(columns: number, count: number): void;
  scanRows(from: number, to: number, output: number, outputEnd: number, record: number): number;
}

const newInstance = wasmModule<PageFunctions>(TABLE_PAGE_CODE);

/** Makes lines of JSON out of the bytes of pages of `tabledata.list`, as they come: {@link TableStore.readLines}. It has 6 MB of memory. */
export class TablePageScanner {
  readonly #memory: Buffer;
  readonly #record: Int32Array;
  readonly #functions: PageFunctions;
  #filled = 0;
  /** Bytes that were looked at and had no whole row. */
  #looked = 0;
  #isOver = false;
  #isOdd = false;

  constructor() {
    const { functions, memory } = newInstance(MEMORY_BYTES);
    this.#functions = functions;
    this.#memory = Buffer.from(memory);
    this.#record = new Int32Array(memory, RECORD, RECORD_WORDS);
  }

  /** Whether it knows how to write these columns. */
  static canScan(columns: readonly TableColumn[]): boolean {
    return columns.every((column) => jsonOf(column) !== undefined) && layoutOf(columns).length <= INPUT - COLUMNS;
  }

  /** The next bytes are the first ones of a page, of a table for which {@link canScan} holds. */
  beginPage(columns: readonly TableColumn[]): void {
    this.#memory.set(layoutOf(columns), COLUMNS);
    this.#functions.beginPage(COLUMNS, columns.length);
    this.#filled = 0;
    this.#looked = 0;
    this.#isOver = false;
    this.#isOdd = false;
  }

  /** What comes next in the page isn't as BigQuery is known to write it, or too long: the scanner takes nothing more of it. */
  get isOdd(): boolean {
    return this.#isOdd;
  }

  /** Takes bytes of the page, and gives the rows that are whole. */
  *add(bytes: Uint8Array): Generator<TableLines, void, undefined> {
    for (let taken = 0; taken < bytes.length && !this.#isOver && !this.#isOdd;) {
      const room = Math.min(bytes.length - taken, INPUT_BYTES - this.#filled);
      this.#memory.set(bytes.subarray(taken, taken + room), INPUT + this.#filled);
      taken += room;
      this.#filled += room;
      const isWorthIt = this.#filled - this.#looked >= Math.max(WORTH_SCANNING_BYTES, this.#looked);
      if (isWorthIt || this.#filled === INPUT_BYTES) yield* this.#scan();
      if (this.#filled === INPUT_BYTES) this.#isOdd = true;
    }
  }

  /** The rest of the page's rows, as far as they are whole. */
  *end(): Generator<TableLines, void, undefined> {
    if (!this.#isOver && !this.#isOdd) yield* this.#scan();
  }

  *#scan(): Generator<TableLines, void, undefined> {
    const end = INPUT + this.#filled;
    let position = INPUT;
    let status: number = FULL;
    while (status === FULL) {
      position = this.#functions.scanRows(position, end, OUTPUT, OUTPUT + OUTPUT_BYTES, RECORD);
      const rows = this.#record[0]!;
      status = this.#record[2]!;
      if (rows > 0) yield { rows, lines: this.#memory.subarray(OUTPUT, this.#record[1]) };
    }
    this.#memory.copyWithin(INPUT, position, end);
    this.#filled = end - position;
    this.#looked = this.#filled;
    this.#isOver = status === ENDED;
    this.#isOdd = status === ODD;
  }
}

/** What each column becomes and where its name lies, then the names with their colons. */
function layoutOf(columns: readonly TableColumn[]): Buffer {
  const names = columns.map(({ name }) => Buffer.from(`${JSON.stringify(name)}:`));
  const words = new Int32Array(columns.length * COLUMN_WORDS);
  let at = COLUMNS + words.byteLength;
  for (const [index, name] of names.entries()) {
    words.set([KINDS[jsonOf(columns[index]!) ?? 'text'], at, name.length], index * COLUMN_WORDS);
    at += name.length;
  }
  return Buffer.concat([Buffer.from(words.buffer), ...names]);
}
