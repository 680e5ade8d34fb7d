import type { LinePlace } from '../validated-range';
import { Column, type ColumnBlocks, valueAt } from './column';
import { lastNotAbove } from './last-not-above';

/** Where the rows of a range stand. Plain data, so that a thread can hand it over. */
export interface RowPlaces {
  /** For each row, the bytes from the beginning of the row before to its own; nothing where a run begins. */
  readonly steps: ColumnBlocks<Uint32Array>;
  /** Rows, one line after the other. */
  readonly runs: Runs<ColumnBlocks<Uint32Array>, ColumnBlocks<Float64Array>> & { readonly count: number };
}

/** Of each run the number of its first row, and where that stands. */
interface Runs<Ordinals, Offsets> {
  readonly row: Ordinals;
  readonly piece: Ordinals;
  readonly number: Ordinals;
  readonly byte: Offsets;
}

/** So that no look-up adds up more steps. */
const LONGEST_RUN = 1024;
const LONGEST_STEP = 2 ** 32 - 1;

/** Notes where rows stand that come in their order: 4 bytes a row, and 20 more where lines between them are left out. */
export class RowPlacesNoted {
  readonly #steps = new Column(Uint32Array);
  readonly #runs: Runs<Column<Uint32Array>, Column<Float64Array>> = {
    row: new Column(Uint32Array),
    piece: new Column(Uint32Array),
    number: new Column(Uint32Array),
    byte: new Column(Float64Array),
  };
  #last: LinePlace = { piece: -1, number: 0, byte: 0 };
  #rest = 0;

  push(place: LinePlace): void {
    const step = place.byte - this.#last.byte;
    const follows = place.piece === this.#last.piece && place.number === this.#last.number + 1 && step <= LONGEST_STEP;
    if (!follows || this.#rest === 0) this.#beginRun(place);
    this.#rest -= 1;
    this.#steps.push(follows ? step : 0);
    this.#last = place;
  }

  places(): RowPlaces {
    const { row, piece, number, byte } = this.#runs;
    const runs = { row: row.blocks, piece: piece.blocks, number: number.blocks, byte: byte.blocks };
    return { steps: this.#steps.blocks, runs: { ...runs, count: row.length } };
  }

  #beginRun({ piece, number, byte }: LinePlace): void {
    this.#rest = LONGEST_RUN;
    this.#runs.row.push(this.#steps.length);
    this.#runs.piece.push(piece);
    this.#runs.number.push(number);
    this.#runs.byte.push(byte);
  }
}

/** Where a row stands, by its number among those that were noted. */
export function placeOfRow({ steps, runs }: RowPlaces, row: number): LinePlace {
  const run = lastNotAbove(runs.count, (ordinal) => valueAt(runs.row, ordinal), row);
  const first = valueAt(runs.row, run);
  let byte = valueAt(runs.byte, run);
  for (let next = first + 1; next <= row; next += 1) byte += valueAt(steps, next);
  return { piece: valueAt(runs.piece, run), number: valueAt(runs.number, run) + row - first, byte };
}
