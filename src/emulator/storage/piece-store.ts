/** A run of bytes that was written once and never changes; an object's content is a list of them. */
export interface Piece {
  readonly id: string;
  readonly size: number;
}

/** Where the bytes live. */
export interface PieceStore {
  create(): PieceWriter;
  /** @param end one past the last byte */
  read(piece: Piece, start: number, end: number): AsyncIterable<Uint8Array>;
  remove(piece: Piece): void;
}

export interface PieceWriter {
  append(bytes: Uint8Array): Promise<void>;
  /** Ends the piece, which can be read from now on. */
  close(): Promise<Piece>;
  abort(): Promise<void>;
}

/** Cuts what arrives, often row by row, into blocks of one size. */
export class BlockFiller {
  readonly #blockSize: number;
  #block: Buffer | undefined;
  #used = 0;

  constructor(blockSize: number) {
    this.#blockSize = blockSize;
  }

  /** The blocks that `bytes` filled; they are copies. */
  *fill(bytes: Uint8Array): Generator<Buffer> {
    for (let offset = 0; offset < bytes.length;) {
      this.#block ??= Buffer.allocUnsafeSlow(this.#blockSize);
      const part = bytes.subarray(offset, offset + this.#blockSize - this.#used);
      this.#block.set(part, this.#used);
      this.#used += part.length;
      offset += part.length;
      if (this.#used === this.#blockSize) yield this.#take();
    }
  }

  /** The last block, which is no longer than it has to be. */
  rest(): Buffer {
    return this.#block ? Buffer.from(this.#take()) : Buffer.alloc(0);
  }

  #take(): Buffer {
    const block = this.#block!.subarray(0, this.#used);
    this.#block = undefined;
    this.#used = 0;
    return block;
  }
}
