/** In which file and at which line rows stand that come in this order: 12 bytes for each row that isn't at the line behind the one before. */
export class RowLines {
  readonly rows: number;
  /** Of each run of lines: its first row, and where that stands. */
  readonly #row: Uint32Array;
  readonly #file: Uint32Array;
  readonly #line: Uint32Array;
  /** The run that was found last: rows are often asked for that stand near. */
  #latest = 0;

  /** @param file ordinal of each row's file @param line of each row, from 1 */
  constructor(file: Uint32Array, line: Uint32Array) {
    const begins = (row: number) => row === 0 || file[row] !== file[row - 1] || line[row] !== line[row - 1]! + 1;
    let runs = 0;
    for (let row = 0; row < file.length; row += 1) if (begins(row)) runs += 1;
    this.rows = file.length;
    this.#row = new Uint32Array(runs);
    this.#file = new Uint32Array(runs);
    this.#line = new Uint32Array(runs);
    for (let row = 0, run = 0; row < file.length; row += 1) {
      if (!begins(row)) continue;
      this.#row[run] = row;
      this.#file[run] = file[row]!;
      this.#line[run] = line[row]!;
      run += 1;
    }
  }

  fileOf(row: number): number {
    return this.#file[this.#runOf(row)]!;
  }

  lineOf(row: number): number {
    const run = this.#runOf(row);
    return this.#line[run]! + row - this.#row[run]!;
  }

  /** The row that stands at a line. */
  rowAt(file: number, line: number): number | undefined {
    const run = this.#lastRun((at) => this.#file[at]! < file || (this.#file[at] === file && this.#line[at]! <= line));
    if (run < 0 || this.#file[run] !== file) return undefined;
    const row = this.#row[run]! + line - this.#line[run]!;
    return row < this.#endOf(run) ? row : undefined;
  }

  #runOf(row: number): number {
    if (!(row >= 0 && row < this.rows)) throw new RangeError(`Row ${row} is outside of the part's ${this.rows} rows`);
    const latest = this.#latest;
    if (row < this.#row[latest]! || row >= this.#endOf(latest))
      this.#latest = this.#lastRun((at) => this.#row[at]! <= row);
    return this.#latest;
  }

  #endOf(run: number): number {
    return this.#row[run + 1] ?? this.rows;
  }

  /** The last run for which something holds that holds for all before it; -1 when there is none. */
  #lastRun(holds: (run: number) => boolean): number {
    let low = 0;
    let high = this.#row.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(middle)) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
