import type { FileRange, SourceFile, Sources } from './sources';
import { BatchError } from '../domain/batch-error';
import { Crc32c, fromBase64Crc32c, joinCrc32c, toBase64Crc32c } from './crc32c';
import { firstByteOf, piecesOf } from './ranges';
import type { ValidatedPiece } from './validated-range';

/**
 * Passes on what is read of a file from one byte before a piece on, and takes the checksum of the piece's own bytes on the way.
 * @param whole is told it once they have all passed, as Cloud Storage writes it
 */
export async function* withChecksum(
  chunks: AsyncIterable<Buffer>,
  { from, to }: Pick<FileRange, 'from' | 'to'>,
  whole: (crc32c: string) => void,
): AsyncGenerator<Buffer, void, undefined> {
  const checksum = new Crc32c();
  let position = firstByteOf(from);
  for await (const chunk of chunks) {
    const isOpen = position < to;
    checksum.update(chunk.subarray(Math.max(0, from - position), Math.max(0, to - position)));
    position += chunk.length;
    if (isOpen && position >= to) whole(checksum.toString());
    yield chunk;
  }
}

/** Pieces with the checksums of what was read of their files. */
export function withChecksums(
  pieces: readonly ValidatedPiece[],
  checksums: ReadonlyMap<number, string>,
): readonly ValidatedPiece[] {
  return pieces.map((piece) => {
    const crc32c = checksums.get(piece.file);
    return crc32c === undefined ? piece : { ...piece, crc32c };
  });
}

/**
 * Compares what the ranges read of each file, put together, with the checksum that the file was found with. A file that was not
 * read to its end, or by a version that took no checksums, is left out.
 * @param remedy what to do about a difference
 * @throws {BatchError} `InputChanged`: bytes were changed on their way
 */
export function requireReadAsFound(
  { files, ranges }: Sources,
  records: readonly { readonly pieces: readonly Pick<ValidatedPiece, 'crc32c'>[] }[],
  remedy = READ_ANEW,
): void {
  const read = files.map(() => new JoinedChecksum());
  for (const [ordinal, range] of ranges.entries()) {
    for (const [position, { file, from, to }] of [...piecesOf(range, files)].entries()) {
      read[file]?.add(records[ordinal]?.pieces[position]?.crc32c, to - from);
    }
  }
  for (const [file, joined] of read.entries()) compare(files[file]!, joined.value, remedy);
}

const READ_ANEW =
  'Nothing was sent. Read it anew: start the run with a higher `rerun`, or collect into another folder.';

class JoinedChecksum {
  #crc: number | undefined;
  #isComplete = true;

  add(piece: string | undefined, bytes: number): void {
    const crc = piece === undefined ? undefined : fromBase64Crc32c(piece);
    if (crc === undefined) this.#isComplete = false;
    else this.#crc = this.#crc === undefined ? crc : joinCrc32c(this.#crc, crc, bytes);
  }

  get value(): string | undefined {
    return this.#isComplete && this.#crc !== undefined ? toBase64Crc32c(this.#crc) : undefined;
  }
}

function compare({ uri, crc32c }: SourceFile, read: string | undefined, remedy: string): void {
  if (read === undefined || crc32c === '' || read === crc32c) return;
  throw new BatchError(
    'InputChanged',
    `${uri} was found with the crc32c ${crc32c}, and what was read of it has ${read}: bytes were changed on their way. ${remedy}`,
  );
}
