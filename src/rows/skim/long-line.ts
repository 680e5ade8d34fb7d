/** The bytes of a line too long to be scanned, as far as they may be held. */
export class LongLine {
  length = 0;
  lastByte: number | undefined;
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.length += piece.length;
    this.lastByte = piece[piece.length - 1];
    // its line end may have one byte more
    if (this.length <= this.#maxBytes + 1) this.#pieces.push(Buffer.from(piece));
    else this.#pieces = [];
  }

  /** `undefined` when there are more bytes than the bound. */
  content(): Buffer | undefined {
    return this.#pieces.length === 0 ? undefined : Buffer.concat(this.#pieces);
  }
}
