import type { SourceFile } from '../activities/contract';
import type { RowPlace } from '../domain/validation-problem';
import type { ObjectStore } from '../gateways/object-store';
import { readLines } from '../rows/lines';

/** Of a longer row only the beginning is read. */
const READ_BYTES = 8_000_000;

/** Reads rows of the input again, one by one. */
export class RowReader {
  readonly #store: ObjectStore;
  readonly #files: ReadonlyMap<string, SourceFile>;
  #last: { readonly place: string; readonly row: Buffer } | undefined;

  constructor(store: ObjectStore, files: readonly SourceFile[]) {
    this.#store = store;
    this.#files = new Map(files.map((file) => [file.uri, file]));
  }

  /** A row without its line end; a row has several problems in a row, so the last one is kept. */
  async rowAt({ uri, byte }: RowPlace): Promise<Buffer> {
    const place = `${byte} ${uri}`;
    if (this.#last?.place !== place) this.#last = { place, row: await this.#read(uri, byte) };
    return this.#last.row;
  }

  async #read(uri: string, byte: number): Promise<Buffer> {
    const size = this.#files.get(uri)?.size ?? 0;
    const chunks = this.#store.read(uri, { from: byte, to: Math.min(size, byte + READ_BYTES) });
    for await (const { content } of readLines(chunks, { from: byte })) return content ?? Buffer.alloc(0);
    return Buffer.alloc(0);
  }
}
