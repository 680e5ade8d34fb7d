import { BlockFiller } from './piece-store';
import type { Piece, PieceStore, PieceWriter } from './piece-store';

const BLOCK_SIZE = 256 * 1024;

/** Pieces as lists of Buffers. */
export class MemoryPieceStore implements PieceStore {
  readonly #blocks = new Map<string, readonly Buffer[]>();
  #created = 0;

  create(): PieceWriter {
    const filler = new BlockFiller(BLOCK_SIZE);
    const blocks: Buffer[] = [];
    let size = 0;
    return {
      append: async (bytes) => {
        blocks.push(...filler.fill(bytes));
        size += bytes.length;
      },
      close: async () => {
        this.#created += 1;
        const id = String(this.#created);
        this.#blocks.set(id, [...blocks, filler.rest()]);
        return { id, size };
      },
      abort: async () => {},
    };
  }

  async *read(piece: Piece, start: number, end: number): AsyncGenerator<Uint8Array> {
    const blocks = this.#blocks.get(piece.id) ?? [];
    for (let offset = start; offset < end;) {
      const blockStart = offset - (offset % BLOCK_SIZE);
      const bytes = blocks[blockStart / BLOCK_SIZE]!.subarray(offset - blockStart, end - blockStart);
      yield bytes;
      offset += bytes.length;
    }
  }

  remove(piece: Piece): void {
    this.#blocks.delete(piece.id);
  }
}
