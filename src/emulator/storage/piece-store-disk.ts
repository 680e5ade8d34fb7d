import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { BlockFiller } from './piece-store';
import type { Piece, PieceStore, PieceWriter } from './piece-store';

const WRITE_SIZE = 1024 * 1024;
const READ_SIZE = 256 * 1024;

/** Pieces as files of one directory. */
export class DiskPieceStore implements PieceStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  /** Deletes what a process that died left of pieces that nothing holds. */
  keepOnly(isHeld: (id: string) => boolean): void {
    for (const id of readdirSync(this.#directory)) {
      if (!isHeld(id)) rmSync(join(this.#directory, id));
    }
  }

  create(): PieceWriter {
    return new DiskPieceWriter(this.#directory);
  }

  async *read(piece: Piece, start: number, end: number): AsyncGenerator<Uint8Array> {
    const file = await open(join(this.#directory, piece.id));
    try {
      for (let offset = start; offset < end;) {
        const block = Buffer.allocUnsafe(Math.min(READ_SIZE, end - offset));
        const { bytesRead } = await file.read(block, 0, block.length, offset);
        if (bytesRead === 0) throw new Error(`${piece.id} ends at byte ${offset}, ${end} expected`);
        yield block.subarray(0, bytesRead);
        offset += bytesRead;
      }
    } finally {
      await file.close();
    }
  }

  remove(piece: Piece): void {
    rmSync(join(this.#directory, piece.id), { force: true });
  }
}

class DiskPieceWriter implements PieceWriter {
  readonly #id = randomUUID();
  readonly #path: string;
  readonly #filler = new BlockFiller(WRITE_SIZE);
  #file: FileHandle | undefined;
  #size = 0;

  constructor(directory: string) {
    this.#path = join(directory, this.#id);
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#size += bytes.length;
    for (const block of this.#filler.fill(bytes)) await this.#write(block);
  }

  async close(): Promise<Piece> {
    await this.#write(this.#filler.rest());
    await this.#file?.close();
    return { id: this.#id, size: this.#size };
  }

  async abort(): Promise<void> {
    if (!this.#file) return;
    await this.#file.close();
    await unlink(this.#path);
  }

  async #write(block: Buffer): Promise<void> {
    this.#file ??= await open(this.#path, 'wx');
    for (let offset = 0; offset < block.length;) {
      const { bytesWritten } = await this.#file.write(block, offset);
      offset += bytesWritten;
    }
  }
}
