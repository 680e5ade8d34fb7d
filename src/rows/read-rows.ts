import type { ObjectStore, ReadOptions } from '../gateways/object-store';
import { repairLine } from '../schemas/repair-line';
import { inputChanged, readInput } from './input-changes';
import type { PartIndex, RowLocation } from './part-index';

/** Rows that lie closer together than this are read in one request: another one takes as long as to read so much. */
const GAP_BYTES = { bucket: 1_048_576, file: 131_072 };

interface Span {
  readonly rows: number[];
  readonly first: RowLocation;
  to: number;
}

/**
 * The bytes of rows as they stand in the input, mended where the plan says so, without line ends, in the order given (ascending). With
 * `reuseMemory` those of a row hold until the next one is asked for.
 * @throws {BatchError} `InputChanged` when the input isn't there any more as it was
 */
export async function* readRows(
  store: ObjectStore,
  index: PartIndex,
  rows: Iterable<number>,
  options: Pick<ReadOptions, 'reuseMemory' | 'signal'> = {},
): AsyncGenerator<{ readonly row: number; readonly content: Buffer }, void, undefined> {
  for (const { rows: spanned, first, to } of spansOf(index, rows)) {
    const chunks = readInput(store, first, { ...options, from: first.from, to });
    for await (const { row, content } of cutRows(index, spanned, first.from, chunks)) {
      yield { row, content: repairLine(content, index.repairs).line };
    }
  }
}

function* spansOf(index: PartIndex, rows: Iterable<number>): Generator<Span> {
  let span: Span | undefined;
  for (const row of rows) {
    const location = index.locationOf(row);
    if (span !== undefined && span.first.uri === location.uri && isNear(span, location)) {
      span.rows.push(row);
      span.to = location.to;
    } else {
      if (span !== undefined) yield span;
      span = { rows: [row], first: location, to: location.to };
    }
  }
  if (span !== undefined) yield span;
}

function isNear({ to }: Span, { from, uri }: RowLocation): boolean {
  const gap = uri.startsWith('gs://') ? GAP_BYTES.bucket : GAP_BYTES.file;
  return from >= to && from - to <= gap;
}

async function* cutRows(index: PartIndex, rows: readonly number[], start: number, pieces: AsyncGenerator<Buffer>) {
  let piece: Buffer = Buffer.alloc(0);
  let pieceFrom = start;
  try {
    for (const row of rows) {
      const { from, to, uri } = index.locationOf(row);
      const begun: Buffer[] = [];
      while (pieceFrom + piece.length < to) {
        // the next piece may take this one's memory
        begun.push(Buffer.from(piece.subarray(Math.max(0, from - pieceFrom))));
        pieceFrom += piece.length;
        const { done, value } = await pieces.next();
        if (done === true) throw inputChanged(uri);
        piece = value;
      }
      const rest = piece.subarray(Math.max(0, from - pieceFrom), to - pieceFrom);
      yield { row, content: begun.length === 0 ? rest : Buffer.concat([...begun, rest]) };
    }
  } finally {
    await pieces.return(undefined);
  }
}
