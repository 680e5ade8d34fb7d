import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { failedInTemporary } from '../temporary-files';

type Numbers = Uint32Array | Float64Array;
type KindOf<Kind extends Numbers> = new (length: number) => Kind;

/** Where a column goes that becomes long. */
export interface ColumnFile {
  /** Made when it is needed, its directory too. */
  readonly path: string;
  /** Numbers that stay in memory, about. */
  readonly valuesInMemory: number;
}

/** A column's numbers: the first of them in a file where there is one, the others in blocks. Plain data, which a thread can hand over. */
export interface StoredColumn<Kind extends Numbers> {
  readonly length: number;
  readonly inFile: { readonly path: string; readonly values: number } | null;
  readonly blocks: readonly Kind[];
}

const BLOCK_VALUES = 1024;

/** Numbers of one kind, as many as come; of more than stay in memory the first are moved to a file. */
export class Column<Kind extends Numbers> {
  readonly #kind: KindOf<Kind>;
  readonly #file: ColumnFile | null;
  readonly #blockValues: number;
  #blocks: Kind[] = [];
  /** Blocks whose numbers are in the file. */
  #free: Kind[] = [];
  #inFile = 0;
  #length = 0;

  /** @param file null for all of it in memory */
  constructor(kind: KindOf<Kind>, file: ColumnFile | null = null) {
    this.#kind = kind;
    this.#file = file;
    this.#blockValues = Math.min(BLOCK_VALUES, file?.valuesInMemory ?? BLOCK_VALUES);
  }

  get length(): number {
    return this.#length;
  }

  /** @throws {BatchError} when the file can't be written */
  push(value: number): void {
    const position = this.#length % this.#blockValues;
    if (position === 0) this.#beginBlock();
    this.#blocks.at(-1)![position] = value;
    this.#length += 1;
  }

  stored(): StoredColumn<Kind> {
    const inFile = this.#file === null || this.#inFile === 0 ? null : { path: this.#file.path, values: this.#inFile };
    return { length: this.#length, inFile, blocks: this.#blocks };
  }

  #beginBlock(): void {
    const inMemory = this.#length - this.#inFile;
    if (this.#file !== null && inMemory >= this.#file.valuesInMemory) {
      append(this.#file.path, this.#inFile, this.#blocks);
      this.#inFile = this.#length;
      this.#free = this.#blocks;
      this.#blocks = [];
    }
    this.#blocks.push(this.#free.pop() ?? new this.#kind(this.#blockValues));
  }
}

/** Writes blocks behind the values that a file has; it is made for the first of them. */
function append(path: string, values: number, blocks: readonly Numbers[]): void {
  try {
    if (values === 0) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(path, values === 0 ? 'wx' : 'r+', 0o600);
    try {
      let position = values * blocks[0]!.BYTES_PER_ELEMENT;
      for (const { buffer } of blocks) position += writeWhole(file, new Uint8Array(buffer), position);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw failedInTemporary(error, dirname(path), 'what is noted of very many rows');
  }
}

function writeWhole(file: number, bytes: Uint8Array, position: number): number {
  for (let written = 0; written < bytes.length;) {
    written += writeSync(file, bytes, written, bytes.length - written, position + written);
  }
  return bytes.length;
}

const VALUES_READ = 8192;

/** Reads the numbers of a column, those in its file a piece at a time. */
export class ColumnReader<Kind extends Numbers> {
  readonly #column: StoredColumn<Kind>;
  readonly #inFile: number;
  readonly #blockValues: number;
  readonly #piece: Kind;
  #from = 0;
  #to = 0;

  constructor(column: StoredColumn<Kind>, kind: KindOf<Kind>) {
    this.#column = column;
    this.#inFile = column.inFile?.values ?? 0;
    this.#blockValues = column.blocks[0]?.length ?? BLOCK_VALUES;
    this.#piece = new kind(Math.min(VALUES_READ, this.#inFile));
  }

  get length(): number {
    return this.#column.length;
  }

  /** The number at that position, which must have come. */
  at(position: number): number {
    if (position < this.#inFile) {
      if (position < this.#from || position >= this.#to) this.#read(position);
      return this.#piece[position - this.#from]!;
    }
    const inMemory = position - this.#inFile;
    return this.#column.blocks[Math.floor(inMemory / this.#blockValues)]![inMemory % this.#blockValues]!;
  }

  #read(position: number): void {
    const { path } = this.#column.inFile!;
    const size = this.#piece.BYTES_PER_ELEMENT;
    const from = position - (position % VALUES_READ);
    const file = openSync(path, 'r');
    try {
      this.#to =
        from + Math.floor(readSync(file, new Uint8Array(this.#piece.buffer), { position: from * size }) / size);
      this.#from = from;
    } finally {
      closeSync(file);
    }
    if (position >= this.#to) throw new Error(`${path} has become shorter while it was in use`);
  }
}
