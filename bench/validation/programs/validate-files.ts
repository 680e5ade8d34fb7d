import { createReadStream } from 'node:fs';
import { readLines } from '../../../src/rows/lines';
import { RangeValidator } from '../../../src/rows/range-validator';

interface Totals {
  readonly rows: number;
  readonly errors: number;
}

/** Every line through the row check of a run, on the main thread whatever `threads` says. */
export async function validateFiles(
  files: readonly { readonly uri: string; readonly path: string; readonly size: number }[],
  { keyField }: { readonly threads: number; readonly keyField: null; readonly validation: object },
): Promise<Totals> {
  const validator = new RangeValidator([], keyField);
  for (const [file, { path }] of files.entries()) {
    validator.beginPiece(file);
    const bytes: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 1024 * 1024 });
    for await (const line of readLines(bytes)) validator.addLine(line);
  }
  const sumOf = (field: 'lines' | 'errors') => validator.pieces.reduce((sum, piece) => sum + piece[field], 0);
  return { rows: sumOf('lines'), errors: sumOf('errors') };
}
