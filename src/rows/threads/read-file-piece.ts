import { closeSync, openSync, readSync } from 'node:fs';
import type { FileRange } from '../sources';
import { inTurns } from '../in-turns';
import { firstByteOf } from '../ranges';
import type { InputFile } from './range-messages';

const CHUNK_BYTES = 262_144;

/**
 * Bytes of a file from one before a range on, to the end of the file. They are read as they are taken, into the same memory again
 * and again; a thread of its own has nothing else to do meanwhile.
 */
export async function* readFilePiece({ path, size }: InputFile, { from }: FileRange): AsyncGenerator<Buffer> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let position = firstByteOf(from);
    while (position < size) {
      const bytes = readSync(file, chunk, 0, Math.min(chunk.length, size - position), position);
      if (bytes === 0) throw new Error(`${path} has become shorter while it was read: ${position} of ${size} bytes`);
      position += bytes;
      yield chunk.subarray(0, bytes);
    }
  } finally {
    closeSync(file);
  }
}

/** The same for a thread that has other things to do: they get a turn after each block. */
export function readFilePieceInTurns(file: InputFile, range: FileRange): AsyncGenerator<Buffer> {
  return inTurns(readFilePiece(file, range));
}
