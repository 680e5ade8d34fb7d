import { type JobLimits, STAGED_ROW_OVERHEAD_BYTES } from './validation-limits';

/** Shares rows, in the order in which they come, among parts that one job each can take as a copy. */
export class PartCutter {
  readonly #limits: JobLimits;
  #maxRows: number;
  #rows = 0;
  #bytes = 0;

  constructor(limits: JobLimits) {
    this.#limits = limits;
    this.#maxRows = Math.min(limits.firstRows ?? limits.rows, limits.rows);
  }

  /** Whether the next row begins another part. A row that passes the limit by itself has a part of its own. */
  beginsPart(rowBytes: number): boolean {
    const bytes = rowBytes + STAGED_ROW_OVERHEAD_BYTES;
    const { rows: maxRows, copiedBytes } = this.#limits;
    const begins = this.#rows > 0 && (this.#rows >= this.#maxRows || this.#bytes + bytes > copiedBytes);
    if (begins) this.#maxRows = maxRows;
    this.#rows = begins ? 1 : this.#rows + 1;
    this.#bytes = begins ? bytes : this.#bytes + bytes;
    return begins;
  }
}
