import { readLines } from '../json-lines';
import type { Piece, PieceStore, PieceWriter } from '../storage/piece-store';
import type { SharedPieces } from '../storage/shared-pieces';
import type { CellRow } from './cells';

const ROWS_PER_CHECKPOINT = 256;
const CHUNK_BYTES = 256 * 1024;

/** Rows that came in together: a load, a call of `insertAll`, a job's output. They never change. */
export interface Segment {
  readonly piece: Piece;
  readonly rows: number;
  /** How many columns the table had then. */
  readonly width: number;
  /** Where every 256th row begins. */
  readonly checkpoints: readonly number[];
}

export interface StoredRow {
  /** `{"f": [...]}` */
  readonly json: string;
  readonly width: number;
}

export function rowCount(segments: readonly Segment[]): number {
  return segments.reduce((sum, { rows }) => sum + rows, 0);
}

export function byteCount(segments: readonly Segment[]): number {
  return segments.reduce((sum, { piece }) => sum + piece.size, 0);
}

/** Rows [from, to) of the segments laid end to end. */
export async function* readRows(
  pieces: SharedPieces,
  segments: readonly Segment[],
  from: number,
  to: number,
): AsyncGenerator<StoredRow> {
  let firstRow = 0;
  for (const segment of segments) {
    const start = Math.max(from - firstRow, 0);
    const end = Math.min(to - firstRow, segment.rows);
    if (start < end) yield* rowsOf(pieces, segment, start, end);
    firstRow += segment.rows;
  }
}

async function* rowsOf(pieces: SharedPieces, segment: Segment, from: number, to: number): AsyncGenerator<StoredRow> {
  const checkpoint = Math.floor(from / ROWS_PER_CHECKPOINT);
  let row = checkpoint * ROWS_PER_CHECKPOINT;
  const end = segment.checkpoints[Math.ceil(to / ROWS_PER_CHECKPOINT)] ?? segment.piece.size;
  for await (const { bytes } of readLines(pieces.read([segment.piece], segment.checkpoints[checkpoint] ?? 0, end))) {
    if (row >= to) return;
    if (row >= from) yield { json: bytes.toString('utf8'), width: segment.width };
    row += 1;
  }
}

/** Rows on their way in; nothing of them is to be seen before the segment is added to a table. */
export class SegmentWriter {
  readonly #writer: PieceWriter;
  readonly #width: number;
  readonly #checkpoints: number[] = [];
  #lines: string[] = [];
  #waiting = 0;
  #bytes = 0;
  #rows = 0;

  constructor(store: PieceStore, width: number) {
    this.#writer = store.create();
    this.#width = width;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Whether enough has gathered that `flush` should be awaited. */
  get isFull(): boolean {
    return this.#waiting >= CHUNK_BYTES;
  }

  add(row: CellRow): void {
    const line = `${JSON.stringify(row)}\n`;
    if (this.#rows % ROWS_PER_CHECKPOINT === 0) this.#checkpoints.push(this.#bytes);
    const size = Buffer.byteLength(line);
    this.#lines.push(line);
    this.#waiting += size;
    this.#bytes += size;
    this.#rows += 1;
  }

  async flush(): Promise<void> {
    const text = this.#lines.join('');
    this.#lines = [];
    this.#waiting = 0;
    if (text !== '') await this.#writer.append(Buffer.from(text, 'utf8'));
  }

  async close(): Promise<Segment> {
    await this.flush();
    const piece = await this.#writer.close();
    return { piece, rows: this.#rows, width: this.#width, checkpoints: this.#checkpoints };
  }

  async abort(): Promise<void> {
    this.#lines = [];
    await this.#writer.abort();
  }
}
