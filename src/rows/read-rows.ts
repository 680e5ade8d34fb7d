import { BatchError } from '../domain/batch-error';
import { isGatewayError } from '../gateways/gateway-error';
import type { ObjectStore } from '../gateways/object-store';
import type { CallOptions } from './commits';
import type { PartIndex } from './part-index';

/** Rows that lie closer together than this are read in one request. */
const GAP_BYTES = 262_144;

type Location = ReturnType<PartIndex['locationOf']>;

interface Span {
  readonly rows: number[];
  readonly first: Location;
  to: number;
}

export interface ReadRowsOptions extends CallOptions {
  /** By URI, the generation to read where it isn't the one that the index has: the same bytes, written again. */
  readonly generations?: ReadonlyMap<string, string>;
}

/**
 * The bytes of rows as they stand in the input, without line ends, in the order given (ascending).
 * Throws `BatchError` of type `InputChanged` when the input isn't there any more as it was.
 */
export async function* readRows(
  store: ObjectStore,
  index: PartIndex,
  rows: Iterable<number>,
  { generations, ...options }: ReadRowsOptions = {},
): AsyncGenerator<{ readonly row: number; readonly content: Buffer }, void, undefined> {
  for (const span of spansOf(index, rows)) {
    try {
      yield* cutRows(index, span, store.read(span.first.uri, { ...options, ...bytesOf(span, generations) }));
    } catch (error) {
      if (!isGatewayError(error, 'not-found')) throw error;
      throw new BatchError('InputChanged', `${span.first.uri} was replaced or deleted since the run read it`, {
        cause: error,
      });
    }
  }
}

function bytesOf({ first, to }: Span, generations?: ReadonlyMap<string, string>) {
  return { generation: generations?.get(first.uri) ?? first.generation, from: first.from, to };
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

async function* cutRows(index: PartIndex, span: Span, chunks: AsyncIterable<Buffer>) {
  const iterator = chunks[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  let heldFrom = span.first.from;
  try {
    for (const row of span.rows) {
      const { from, to, uri } = index.locationOf(row);
      const pieces = [held];
      let end = heldFrom + held.length;
      while (end < to) {
        const { done, value } = await iterator.next();
        if (done === true)
          throw new BatchError('InputChanged', `${uri} ends at byte ${end}, a row at ${from} ends at ${to}`);
        pieces.push(value);
        end += value.length;
      }
      const joined = pieces.length === 1 ? held : Buffer.concat(pieces);
      yield { row, content: joined.subarray(from - heldFrom, to - heldFrom) };
      held = joined.subarray(to - heldFrom);
      heldFrom = to;
    }
  } finally {
    await iterator.return?.();
  }
}
