import { createHash } from 'node:crypto';

import { ContentMismatch } from './blob-store';
import type { Blob, BlobUpload, WriteBlob } from './blob-store';
import { crc32cOf, toBase64Crc32c } from './crc32c';
import type { Piece, PieceWriter } from './piece-store';

/** What an object consists of. */
export interface Content {
  readonly pieces: readonly Piece[];
  readonly size: number;
  readonly crc32c: number;
  readonly md5: string | undefined;
  readonly componentCount: number | undefined;
}

type Publish = (content: Content, bucket: string, name: string, options: WriteBlob) => Blob;

/** Sums up the content while it is written; `publish` makes it an object, or throws. */
export class PieceUpload implements BlobUpload {
  readonly #writer: PieceWriter;
  readonly #discard: (piece: Piece) => void;
  readonly #publish: Publish;
  readonly #md5 = createHash('md5');
  #crc32c = 0;
  #size = 0;

  constructor(writer: PieceWriter, publish: Publish, discard: (piece: Piece) => void) {
    this.#writer = writer;
    this.#publish = publish;
    this.#discard = discard;
  }

  get size(): number {
    return this.#size;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#crc32c = crc32cOf(bytes, this.#crc32c);
    this.#md5.update(bytes);
    this.#size += bytes.length;
    await this.#writer.append(bytes);
  }

  async commit(bucket: string, name: string, options: WriteBlob = {}): Promise<Blob> {
    const piece = await this.#writer.close();
    try {
      const content = {
        pieces: [piece],
        size: this.#size,
        crc32c: this.#crc32c,
        md5: this.#md5.digest('base64'),
        componentCount: undefined,
      };
      assertAnnounced(content, options);
      return this.#publish(content, bucket, name, options);
    } catch (error) {
      this.#discard(piece);
      throw error;
    }
  }

  abort(): Promise<void> {
    return this.#writer.abort();
  }
}

function assertAnnounced(content: Content, announced: WriteBlob): void {
  if (announced.crc32c !== undefined && announced.crc32c !== content.crc32c) {
    throw new ContentMismatch(
      `Provided CRC32C "${toBase64Crc32c(announced.crc32c)}" doesn't match calculated CRC32C "${toBase64Crc32c(content.crc32c)}".`,
    );
  }
  if (announced.md5 !== undefined && announced.md5 !== content.md5) {
    throw new ContentMismatch(
      `Provided MD5 hash "${announced.md5}" doesn't match calculated MD5 hash "${content.md5}".`,
    );
  }
}
