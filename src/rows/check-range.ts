import type { FileRange, SourceFile } from '../activities/contract';
import { Turns } from './in-turns';
import { linesOfRange, piecesOf } from './ranges';
import type { RangeValidator } from './range-validator';
import type { Scanner } from './skim/scanner';
import { LineSkimmer, type SkimmedLine } from './skim/skimmed-lines';

/** Bytes of a piece, from one before it on, until nobody takes more. */
export type ReadPiece<File> = (file: File, piece: FileRange) => AsyncIterable<Buffer>;

/**
 * Takes the lines that begin in a range through a validator; comes out after every chunk, with its size. Lines that take long to
 * look at don't hold up what else the thread has to do.
 */
export async function* checkRange<File extends Pick<SourceFile, 'size'>>(
  range: FileRange,
  files: readonly File[],
  read: ReadPiece<File>,
  { validator, scanner }: { readonly validator: RangeValidator; readonly scanner: Scanner },
): AsyncGenerator<number, void, undefined> {
  const turns = new Turns();
  const take = (line: SkimmedLine) => {
    if (!validator.pieceIsUnreadable) validator.add(line);
  };
  for (const piece of piecesOf(range, files)) {
    const file = files[piece.file];
    if (file === undefined) throw new RangeError(`A range names file ${piece.file} of ${files.length}`);
    validator.beginPiece(piece.file, file.size);
    const skimmer = new LineSkimmer(scanner, linesOfRange(piece));
    for await (const chunk of read(file, piece)) {
      skimmer.give(chunk);
      for (let line = skimmer.next(); line !== undefined; line = skimmer.next()) {
        take(line);
        if (turns.isOver) await turns.toOthers();
      }
      yield chunk.length;
      if (skimmer.isDone || validator.pieceIsUnreadable) break;
    }
    const last = skimmer.last();
    if (last !== undefined) take(last);
  }
}
