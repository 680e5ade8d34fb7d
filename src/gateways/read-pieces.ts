import { type FileHandle, open } from 'node:fs/promises';

/** Each read has another thread woken, which costs as much as reading a hundred kilobytes. */
const PIECE_BYTES = 1024 * 1024;

/** Memory of pieces for whoever reads next: what two readers at a time need. */
const idle: Buffer[] = [];
const MOST_IDLE = 4;

/**
 * Bytes of a file, one piece ahead of who takes them. With `reuseMemory` a piece holds until the next one is asked for or the reading is
 * ended: fresh memory for each costs more than reading it.
 */
export async function* readPieces(
  path: string,
  { from, to }: { readonly from: number; readonly to: number },
  reuseMemory: boolean,
): AsyncGenerator<Buffer, void, undefined> {
  const file = await open(path, 'r');
  const readAhead = (position: number): Promise<Buffer> => {
    const length = Math.min(PIECE_BYTES, to - position);
    const piece = readPiece(file, reuseMemory ? idleMemory() : Buffer.allocUnsafeSlow(length), position, length);
    // whoever takes the piece hears of it
    piece.catch(() => {});
    return piece;
  };
  const leave = (piece: Buffer): void => {
    if (reuseMemory && idle.length < MOST_IDLE) idle.push(Buffer.from(piece.buffer));
  };
  let position = from;
  let ahead = readAhead(position);
  try {
    for (let piece = await ahead; piece.length > 0; piece = await ahead) {
      position += piece.length;
      ahead = readAhead(position);
      try {
        yield piece;
      } finally {
        leave(piece);
      }
    }
  } finally {
    await ahead.then(leave, () => {});
    await file.close();
  }
}

function idleMemory(): Buffer {
  return idle.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
}

async function readPiece(file: FileHandle, memory: Buffer, position: number, length: number): Promise<Buffer> {
  const { bytesRead } = length === 0 ? { bytesRead: 0 } : await file.read(memory, 0, length, position);
  return memory.subarray(0, bytesRead);
}
