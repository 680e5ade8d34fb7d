import { createReadStream } from 'node:fs';
import type { RowPlace } from '../domain/validation-problem';
import { isGatewayError } from '../gateways/gateway-error';
import { readLines } from '../rows/lines';
import type { FoundFile, FoundTable } from './validate-found';

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
  async rowAt(at: RowPlace): Promise<Buffer> {
    const place = `${at.byte} ${at.uri}`;
    if (this.#last?.place !== place) this.#last = { place, row: await this.#read(at) };
    return this.#last.row;
  }

  async #read({ uri, line, byte }: RowPlace): Promise<Buffer> {
    const file = this.#files.get(uri);
    if (file?.kind === 'table') return readRow(file, line - 1);
    if (file !== undefined && byte < file.size) {
      for await (const { content } of readLines(bytesOf(file, byte), { from: byte })) return content ?? Buffer.alloc(0);
    }
    return Buffer.alloc(0);
  }
}

/** A row that is gone meanwhile is shown as empty. */
async function readRow({ store, found }: FoundTable, row: number): Promise<Buffer> {
  try {
    for await (const { lines } of store.readLines(found, [{ from: row, to: row + 1 }]))
      return Buffer.from(lines.subarray(0, -1));
  } catch (error) {
    if (!isGatewayError(error, 'not-found', 'precondition')) throw error;
  }
  return Buffer.alloc(0);
}

function bytesOf(file: Exclude<FoundFile, FoundTable>, from: number): AsyncIterable<Buffer> {
  const to = Math.min(file.size, from + READ_BYTES);
  if (file.kind === 'remote') return file.store.read(file.uri, { generation: file.generation, from, to });
  return createReadStream(file.path, { start: from, end: to - 1 }) as AsyncIterable<Buffer>;
}
