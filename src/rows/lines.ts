const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Longer lines are reported, not buffered. */
export const MAX_LINE_BYTES = 100_000_000;

export interface Line {
  /** From 0, in the order read. */
  readonly number: number;
  /** Offset of the first byte. */
  readonly byte: number;
  /** Bytes without the line end (LF or CR LF). */
  readonly length: number;
  /** `undefined` when the line is longer than the bound. May share memory with its neighbours. */
  readonly content: Buffer | undefined;
}

export interface ReadLinesOptions {
  /** Offset of the first byte of `chunks`. @default 0 */
  readonly from?: number;
  /** Lines that begin at this offset or behind it are left out, and nothing more is read. @default Infinity */
  readonly to?: number;
  /** Leave out what stands before the first line feed. @default false */
  readonly skipFirst?: boolean;
  /** @default MAX_LINE_BYTES */
  readonly maxLineBytes?: number;
}

/** Splits bytes at each LF, and only there. Memory: one chunk and the longest line. */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  { from = 0, to = Infinity, skipFirst = false, maxLineBytes = MAX_LINE_BYTES }: ReadLinesOptions = {},
): AsyncGenerator<Line, void, undefined> {
  const pending = new PendingLine(maxLineBytes);
  let number = 0;
  let lineStart = from;
  let chunkStart = from;
  let skipping = skipFirst;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      if (!skipping) yield pending.end(chunk.subarray(start, end), number++, lineStart);
      skipping = false;
      start = end + 1;
      lineStart = chunkStart + start;
      if (lineStart >= to) return;
    }
    chunkStart += chunk.length;
    if (skipping && chunkStart >= to) return;
    if (!skipping) pending.add(chunk.subarray(start));
  }
  if (!skipping && chunkStart > lineStart) yield pending.end(Buffer.alloc(0), number, lineStart);
}

/** A line whose end hasn't been met yet. */
class PendingLine {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #length = 0;
  #lastByte: number | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    this.#lastByte = piece[piece.length - 1];
    if (this.#length <= this.#maxBytes + 1) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  end(piece: Buffer, number: number, byte: number): Line {
    this.add(piece);
    const length = this.#lastByte === CARRIAGE_RETURN ? this.#length - 1 : this.#length;
    const content = length > this.#maxBytes ? undefined : this.#joined().subarray(0, length);
    this.#pieces = [];
    this.#length = 0;
    this.#lastByte = undefined;
    return { number, byte, length, content };
  }

  #joined(): Buffer {
    const [only] = this.#pieces;
    return only !== undefined && this.#pieces.length === 1 ? only : Buffer.concat(this.#pieces);
  }
}
