import type { ObjectStore } from '../gateways/object-store';
import type { CallOptions } from './commits';
import { repairLine } from '../schemas/repair-line';
import { inputChanged, readInput } from './input-changes';
import type { PartIndex, RowLocation } from './part-index';

/** Rows that lie closer together than this are read in one request. */
const GAP_BYTES = 262_144;

interface Span {
  readonly rows: number[];
  readonly first: RowLocation;
  to: number;
}

/**
 * The bytes of rows as they stand in the input, mended where the plan says so, without line ends, in the order given (ascending).
 * @throws {BatchError} `InputChanged` when the input isn't there any more as it was
 */
export async function* readRows(
  store: ObjectStore,
  index: PartIndex,
  rows: Iterable<number>,
  options: CallOptions = {},
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
    if (span !== undefined && span.first.uri === location.uri && isNear(span.to, location.from)) {
      span.rows.push(row);
      span.to = location.to;
    } else {
      if (span !== undefined) yield span;
      span = { rows: [row], first: location, to: location.to };
    }
  }
  if (span !== undefined) yield span;
}

function isNear(end: number, start: number): boolean {
  return start >= end && start - end <= GAP_BYTES;
}

async function* cutRows(index: PartIndex, rows: readonly number[], start: number, chunks: AsyncGenerator<Buffer>) {
  let held: Buffer = Buffer.alloc(0);
  let heldFrom = start;
  try {
    for (const row of rows) {
      const { from, to, uri } = index.locationOf(row);
      const pieces = [held];
      let end = heldFrom + held.length;
      while (end < to) {
        const { done, value } = await chunks.next();
        if (done === true) throw inputChanged(uri);
        pieces.push(value);
        end += value.length;
      }
      const joined = pieces.length === 1 ? held : Buffer.concat(pieces);
      yield { row, content: joined.subarray(from - heldFrom, to - heldFrom) };
      held = joined.subarray(to - heldFrom);
      heldFrom = to;
    }
  } finally {
    await chunks.return(undefined);
  }
}
