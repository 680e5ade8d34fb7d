import { createReadStream } from 'node:fs';
import type { RowPlace } from '../domain/validation-problem';
import { readLines } from '../rows/lines';
import type { FoundFile } from './validate-found';

/** Of a longer row only the beginning is read. */
const READ_BYTES = 8_000_000;

/** Reads rows of the input again, one by one. */
export class RowReader {
  readonly #files: ReadonlyMap<string, FoundFile>;
  #last: { readonly place: string; readonly row: Buffer } | undefined;

  constructor(files: readonly FoundFile[]) {
    this.#files = new Map(files.map((file) => [file.uri, file]));
  }

  /** A row without its line end. One row may have many problems, so the last is kept. */
  async rowAt({ uri, byte }: RowPlace): Promise<Buffer> {
    const place = `${byte} ${uri}`;
    if (this.#last?.place !== place) this.#last = { place, row: await this.#read(uri, byte) };
    return this.#last.row;
  }

  async #read(uri: string, byte: number): Promise<Buffer> {
    const file = this.#files.get(uri);
    if (file !== undefined && byte < file.size) {
      for await (const { content } of readLines(bytesOf(file, byte), { from: byte })) return content ?? Buffer.alloc(0);
    }
    return Buffer.alloc(0);
  }
}

function bytesOf(file: FoundFile, from: number): AsyncIterable<Buffer> {
  const to = Math.min(file.size, from + READ_BYTES);
  if (file.kind === 'remote') return file.store.read(file.uri, { generation: file.generation, from, to });
  return createReadStream(file.path, { start: from, end: to - 1 }) as AsyncIterable<Buffer>;
}
