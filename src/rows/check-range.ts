import type { FileRange, SourceFile } from './sources';
import { Turns } from './in-turns';
import { linesOfRange, piecesOf } from './ranges';
import type { RangeValidator } from './range-validator';
import type { Scanner } from './skim/scanner';
import { LineSkimmer, type SkimmedLine, type SkimOptions } from './skim/skimmed-lines';

/** Bytes of a piece, from one before it on, until nobody takes more. */
export type ReadPiece<File> = (file: File, piece: FileRange) => AsyncIterable<Buffer>;

interface Checking {
  readonly validator: RangeValidator;
  readonly scanner: Scanner;
}

/** Takes the lines that begin in a range through a validator; comes out after every chunk, with its size. */
export async function* checkRange<File extends Pick<SourceFile, 'size'>>(
  range: FileRange,
  files: readonly File[],
  read: ReadPiece<File>,
  checking: Checking,
): AsyncGenerator<number, void, undefined> {
  const turns = new Turns();
  for (const piece of piecesOf(range, files)) {
    const file = files[piece.file];
    if (file === undefined) throw new RangeError(`A range names file ${piece.file} of ${files.length}`);
    const check = new PieceCheck(checking, { ...piece, size: file.size, lines: linesOfRange(piece), turns });
    for await (const chunk of read(file, piece)) {
      await check.add(chunk);
      yield chunk.length;
      if (check.isDone) break;
    }
    check.end();
  }
}

interface CheckedPiece {
  /** Ordinal of its file. */
  readonly file: number;
  /** Of the file, in bytes. */
  readonly size: number;
  /** Which of the lines that come are the piece's. */
  readonly lines: SkimOptions;
  readonly turns?: Turns;
}

/** Takes the lines of one file through a validator as its bytes come. Lines that take long don't hold up what else the thread has to do. */
export class PieceCheck {
  readonly #validator: RangeValidator;
  readonly #skimmer: LineSkimmer;
  readonly #turns: Turns;

  constructor({ validator, scanner }: Checking, { file, size, lines, turns = new Turns() }: CheckedPiece) {
    validator.beginPiece(file, size);
    this.#validator = validator;
    this.#skimmer = new LineSkimmer(scanner, lines);
    this.#turns = turns;
  }

  /** Nothing more need be read. */
  get isDone(): boolean {
    return this.#skimmer.isDone || this.#validator.pieceIsUnreadable;
  }

  /** Bytes that follow those before; they mustn't change until it resolves. */
  async add(chunk: Buffer): Promise<void> {
    this.#skimmer.give(chunk);
    for (let line = this.#skimmer.next(); line !== undefined; line = this.#skimmer.next()) {
      this.#take(line);
      if (this.#turns.isOver) await this.#turns.toOthers();
    }
  }

  /** No bytes follow. */
  end(): void {
    const last = this.#skimmer.last();
    if (last !== undefined) this.#take(last);
  }

  #take(line: SkimmedLine): void {
    if (!this.#validator.pieceIsUnreadable) this.#validator.add(line);
  }
}
