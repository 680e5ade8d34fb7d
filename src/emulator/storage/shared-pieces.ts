import type { Piece, PieceStore } from './piece-store';

/** Counts who needs a piece: versions of objects, since copies and compositions share them, and open readers. */
export class SharedPieces {
  readonly #store: PieceStore;
  readonly #holders = new Map<string, number>();

  constructor(store: PieceStore) {
    this.#store = store;
  }

  has(id: string): boolean {
    return this.#holders.has(id);
  }

  hold(pieces: readonly Piece[]): void {
    for (const { id } of pieces) this.#holders.set(id, (this.#holders.get(id) ?? 0) + 1);
  }

  release(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      const holders = (this.#holders.get(piece.id) ?? 0) - 1;
      if (holders > 0) {
        this.#holders.set(piece.id, holders);
      } else {
        this.#holders.delete(piece.id);
        this.#store.remove(piece);
      }
    }
  }

  /** Bytes [start, end) of the pieces laid end to end; they are held from the first byte to the last. */
  async *read(pieces: readonly Piece[], start: number, end: number): AsyncGenerator<Uint8Array> {
    this.hold(pieces);
    try {
      let pieceStart = 0;
      for (const piece of pieces) {
        const from = Math.max(start - pieceStart, 0);
        const to = Math.min(end - pieceStart, piece.size);
        if (from < to) yield* this.#store.read(piece, from, to);
        pieceStart += piece.size;
      }
    } finally {
      this.release(pieces);
    }
  }
}
