import type { LinePlace } from '../validated-range';
import { Column, type ColumnFile, ColumnReader, type StoredColumn } from './column';

/** Where the rows of a range stand. Plain data, so that a thread can hand it over. */
export interface RowPlaces {
  /** For each row, the bytes from the beginning of the row before to its own; nothing where a run begins. */
  readonly steps: StoredColumn<Uint32Array>;
  /** Rows, one line after the other. */
  readonly runs: Runs<StoredColumn<Uint32Array>, StoredColumn<Float64Array>>;
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
  readonly #steps: Column<Uint32Array>;
  readonly #runs: Runs<Column<Uint32Array>, Column<Float64Array>>;
  #last: LinePlace = { piece: -1, number: 0, byte: 0 };
  #rest = 0;

  /** @param fileOf the file of a column, by its name; null for none */
  constructor(fileOf: (column: string) => ColumnFile | null = () => null) {
    this.#steps = new Column(Uint32Array, fileOf('steps'));
    this.#runs = {
      row: new Column(Uint32Array, fileOf('row')),
      piece: new Column(Uint32Array, fileOf('piece')),
      number: new Column(Uint32Array, fileOf('number')),
      byte: new Column(Float64Array, fileOf('byte')),
    };
  }

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
    const runs = { row: row.stored(), piece: piece.stored(), number: number.stored(), byte: byte.stored() };
    return { steps: this.#steps.stored(), runs };
  }

  #beginRun({ piece, number, byte }: LinePlace): void {
    this.#rest = LONGEST_RUN;
    this.#runs.row.push(this.#steps.length);
    this.#runs.piece.push(piece);
    this.#runs.number.push(number);
    this.#runs.byte.push(byte);
  }
}

/** Tells where rows stand, by their numbers among those that were noted: in one pass over all of them when asked in ascending order. */
export class RowPlacesReader {
  readonly #steps: ColumnReader<Uint32Array>;
  readonly #runs: Runs<ColumnReader<Uint32Array>, ColumnReader<Float64Array>>;
  #run = 0;
  #row = 0;
  #byte = 0;

  constructor({ steps, runs }: RowPlaces) {
    this.#steps = new ColumnReader(steps, Uint32Array);
    this.#runs = {
      row: new ColumnReader(runs.row, Uint32Array),
      piece: new ColumnReader(runs.piece, Uint32Array),
      number: new ColumnReader(runs.number, Uint32Array),
      byte: new ColumnReader(runs.byte, Float64Array),
    };
    this.#enterRun(0);
  }

  placeOf(row: number): LinePlace {
    const runs = this.#runs;
    if (row < this.#row) this.#enterRun(0);
    let run = this.#run;
    while (run + 1 < runs.row.length && runs.row.at(run + 1) <= row) run += 1;
    if (run !== this.#run) this.#enterRun(run);
    while (this.#row < row) this.#byte += this.#steps.at(++this.#row);
    return { piece: runs.piece.at(run), number: runs.number.at(run) + row - runs.row.at(run), byte: this.#byte };
  }

  #enterRun(run: number): void {
    this.#run = run;
    if (this.#runs.row.length === 0) return;
    this.#row = this.#runs.row.at(run);
    this.#byte = this.#runs.byte.at(run);
  }
}
